let quiet: () => void = () => undefined

/** Who plays sound beside pages says how to silence it. */
export const onHush = (f: () => void): void => { quiet = f }
/** Something else is about to be heard. */
export const hush = (): void => quiet()
