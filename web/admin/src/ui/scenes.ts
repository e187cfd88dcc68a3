/** The drawn scenes, which the server has for learners too, with what is drawn: for the picker. */
export const sceneLabels: Record<string, string> = { boat: '行舟', report: '报表', bird: '飞鸟', poem: '古诗', data: '数据', rice: '稻米', brush: '毛笔', deed: '契约' }

/** The address of a scene. */
export const sceneUrl = (name?: string) => `/static/scenes/${name && name in sceneLabels ? name : 'boat'}.svg`
