import { ref } from 'vue'
import type { Draw, WonGift } from '@zhizhou/sdk'
import { call, say } from '@/app/api'
import { device, openedWith } from '@/app/came'
import { withKey } from '@/app/idempotency'
import { useLoad } from '@/app/useLoad'

/** One campaign, taking its rewards and drawing in it. */
export function useCampaign() {
  const id = ref(0)
  const { data, error, slow, run } = useLoad(() => call('campaign', { path: { id: id.value }, query: { share: openedWith() } }))
  const busy = ref(0)
  const problem = ref('')
  const won = ref<WonGift | null>(null)
  const draw = ref<Draw | null>(null)

  async function ask(what: number, work: () => Promise<void>) {
    if (busy.value) return
    busy.value = what
    problem.value = ''
    try {
      await work()
    } catch (e) {
      problem.value = say(e)
    } finally {
      busy.value = 0
    }
    await run()
  }
  const take = (prize: number) => ask(prize, async () => { won.value = await call('claimPrize', { path: { id: id.value }, body: { prize_id: prize, device: device() } }) })
  // The key outlives a lost answer: pressing again asks for the same draw.
  const pull = () => ask(-1, async () => { draw.value = await withKey(`draw:${id.value}`, (key) => call('drawPrize', { path: { id: id.value }, body: { key, device: device() } })) })
  return { id, data, error, slow, run, busy, problem, won, draw, take, pull }
}
