import type { RouteLocationRaw } from 'vue-router'
import type { Named } from './types'

const one: Record<string, (key: string) => RouteLocationRaw> = {
  course: (id) => ({ name: 'course', params: { id } }),
  product: (id) => ({ name: 'product', params: { id } }),
  topic: (id) => ({ name: 'topic', params: { id } }),
  challenge: (id) => ({ name: 'challenge', params: { id } }),
  'card-template': (id) => ({ name: 'card-template', params: { id } }),
  class: (id) => ({ name: 'class', params: { id } }),
  homework: (id) => ({ name: 'homework', params: { id } }),
  booking: (id) => ({ name: 'booking', params: { id } }),
  quiz: (id) => ({ name: 'quiz', params: { id } }),
  order: (no) => ({ name: 'orders', params: { no } }),
  invoice: (id) => ({ name: 'invoices', params: { id } }),
  user: (id) => ({ name: 'users', params: { id } }),
}
const lists: Record<string, RouteLocationRaw> = {
  synonyms: { name: 'search', params: { tab: 'synonyms' } },
  commission_rules: { name: 'commission', params: { tab: 'rules' } },
  media: { name: 'library' },
  partner_materials: { name: 'partners', params: { tab: 'materials' } },
  shop_goods: { name: 'rewards' },
  badges: { name: 'rewards', params: { tab: 'badges' } },
  documents: { name: 'library', query: { form: 'document' } },
}
for (const name of ['instructors', 'applications', 'categories', 'banners', 'questions', 'moderation', 'lesson-questions', 'ratings', 'staff', 'promotions', 'coupons', 'codes', 'experiments', 'held', 'renewals', 'commission', 'clearing', 'bills', 'partners', 'campaigns', 'desk-cards', 'card-experiments', 'mentor-patterns', 'risk']) lists[name] = { name }

/** What the server may name as showing something. */
export const openable = [...Object.keys(one), ...Object.keys(lists)]

/** The page that shows it; null where the console has none. */
export const toOpen = (n: Named): RouteLocationRaw | null => (n.key ? one[n.opens]?.(n.key) : lists[n.opens]) ?? null
