/** Every page by name: where uni finds it and the address people see. `:x` parts become query parameters of the page. */
export const pages = {
  home: { page: '/features/home/HomePage', path: '/', tab: true },
  courses: { page: '/features/catalog/CoursesPage', path: '/courses', tab: true },
  learning: { page: '/features/learning/LearningPage', path: '/learning', tab: true },
  me: { page: '/features/account/MePage', path: '/me', tab: true },
  search: { page: '/features/catalog/SearchPage', path: '/search', tab: false },
  course: { page: '/features/course/CoursePage', path: '/course/:id', tab: false },
  lesson: { page: '/features/player/LessonPage', path: '/learn/:id', tab: false },
  login: { page: '/features/account/LoginPage', path: '/login', tab: false },
  profile: { page: '/features/account/ProfilePage', path: '/me/profile', tab: false },
  security: { page: '/features/account/SecurityPage', path: '/me/security', tab: false },
  devices: { page: '/features/account/DevicesPage', path: '/me/devices', tab: false },
  consents: { page: '/features/account/ConsentsPage', path: '/me/agreements', tab: false },
  agreement: { page: '/features/account/AgreementPage', path: '/agreement/:kind', tab: false },
  checkout: { page: '/features/buy/CheckoutPage', path: '/checkout/:sku', tab: false },
  pay: { page: '/features/buy/PayPage', path: '/pay/:no', tab: false },
  orders: { page: '/features/buy/OrdersPage', path: '/orders', tab: false },
  order: { page: '/features/buy/OrderPage', path: '/order/:no', tab: false },
  memberships: { page: '/pkg-shop/goods/MembershipsPage', path: '/memberships', tab: false },
  bundles: { page: '/pkg-shop/goods/BundlesPage', path: '/bundles', tab: false },
  services: { page: '/pkg-shop/goods/ServicesPage', path: '/services', tab: false },
  goods: { page: '/pkg-shop/goods/GoodsPage', path: '/product/:id', tab: false },
  coupons: { page: '/pkg-shop/coupon/CouponsPage', path: '/coupons', tab: false },
  wallet: { page: '/pkg-shop/coupon/WalletPage', path: '/me/coupons', tab: false },
  redeem: { page: '/pkg-shop/coupon/RedeemPage', path: '/redeem', tab: false },
  group: { page: '/pkg-shop/group/GroupPage', path: '/group/:id', tab: false },
  bargain: { page: '/pkg-shop/bargain/BargainPage', path: '/bargain/:id', tab: false },
  points: { page: '/pkg-shop/points/PointsPage', path: '/me/points', tab: false },
  ownServices: { page: '/pkg-shop/service/OwnServicesPage', path: '/me/services', tab: false },
  reader: { page: '/pkg-shop/document/ReaderPage', path: '/read/:id', tab: false },
  sheet: { page: '/pkg-study/attachment/SheetPage', path: '/attachment/:id', tab: false },
  book: { page: '/pkg-study/ebook/BookPage', path: '/book/:id', tab: false },
  attempt: { page: '/pkg-shop/quiz/AttemptPage', path: '/attempt/:id', tab: false },
  live: { page: '/pkg-study/live/RoomPage', path: '/live/:id', tab: false },
  wrong: { page: '/pkg-shop/quiz/WrongPage', path: '/me/wrong-questions', tab: false },
  homework: { page: '/pkg-study/homework/HomeworkPage', path: '/homework/:id', tab: false },
  booking: { page: '/pkg-study/booking/BookingPage', path: '/booking/:id', tab: false },
  certificates: { page: '/pkg-study/certificate/CertificatesPage', path: '/me/certificates', tab: false },
  certificate: { page: '/pkg-study/certificate/VerifyPage', path: '/certificate/:code', tab: false },
  cards: { page: '/pkg-grow/card/CardsPage', path: '/me/cards', tab: false },
  ownCard: { page: '/pkg-grow/card/OwnCardPage', path: '/me/cards/:id', tab: false },
  card: { page: '/pkg-grow/card/CardPage', path: '/card/:code', tab: false },
  challenges: { page: '/pkg-grow/challenge/ChallengesPage', path: '/challenges', tab: false },
  class: { page: '/pkg-grow/challenge/ClassPage', path: '/class/:id', tab: false },
  challenge: { page: '/pkg-grow/challenge/ChallengePage', path: '/class/:id/home', tab: false },
  checkIn: { page: '/pkg-grow/challenge/CheckInPage', path: '/class/:id/check-in', tab: false },
  squad: { page: '/pkg-grow/challenge/SquadPage', path: '/class/:id/squad', tab: false },
  board: { page: '/pkg-grow/challenge/BoardPage', path: '/class/:id/board', tab: false },
  campaigns: { page: '/pkg-grow/campaign/CampaignsPage', path: '/campaigns', tab: false },
  campaign: { page: '/pkg-grow/campaign/CampaignPage', path: '/campaign/:id', tab: false },
  gifts: { page: '/pkg-grow/campaign/GiftsPage', path: '/me/gifts', tab: false },
  pointsShop: { page: '/pkg-grow/shop/ShopPage', path: '/points-shop', tab: false },
  redemptions: { page: '/pkg-grow/shop/RedemptionsPage', path: '/me/redemptions', tab: false },
  badges: { page: '/pkg-grow/badge/BadgesPage', path: '/me/badges', tab: false },
  checks: { page: '/pkg-grow/check/ChecksPage', path: '/me/checks', tab: false },
  shares: { page: '/pkg-grow/share/SharesPage', path: '/me/shares', tab: false },
  land: { page: '/pkg-grow/share/LandPage', path: '/land', tab: false },
  partner: { page: '/pkg-grow/partner/PartnerPage', path: '/me/partner', tab: false },
  partnerGoods: { page: '/pkg-grow/partner/GoodsPage', path: '/me/partner/products', tab: false },
  partnerMaterials: { page: '/pkg-grow/partner/MaterialsPage', path: '/me/partner/materials', tab: false },
  partnerGuide: { page: '/pkg-grow/partner/GuidePage', path: '/me/partner/guide', tab: false },
  notes: { page: '/pkg-study/note/NotesPage', path: '/me/notes', tab: false },
  favourites: { page: '/pkg-study/note/FavouritesPage', path: '/me/favourites', tab: false },
  question: { page: '/pkg-study/note/QuestionPage', path: '/question/:id', tab: false },
  ratings: { page: '/pkg-study/rating/RatingsPage', path: '/course/:id/ratings', tab: false },
  notices: { page: '/pkg-study/notice/NoticesPage', path: '/me/notices', tab: false },
  record: { page: '/pkg-study/record/RecordPage', path: '/me/study', tab: false },
  gift: { page: '/pkg-shop/gift/GiftPage', path: '/gift/:token', tab: false },
  renew: { page: '/pkg-shop/renewal/RenewPage', path: '/renewal/:id', tab: false },
  renewals: { page: '/pkg-shop/renewal/RenewalsPage', path: '/me/renewals', tab: false },
  invoices: { page: '/pkg-shop/invoice/InvoicesPage', path: '/me/invoices', tab: false },
  invoice: { page: '/pkg-shop/invoice/InvoicePage', path: '/invoice/:no', tab: false },
  invoiceAsk: { page: '/pkg-shop/invoice/AskPage', path: '/me/invoice-request', tab: false },
  invoiceTitles: { page: '/pkg-shop/invoice/TitlesPage', path: '/me/invoice-titles', tab: false },
  invoiceTitle: { page: '/pkg-shop/invoice/TitlePage', path: '/me/invoice-title/:id', tab: false },
  rankings: { page: '/pkg-shop/ranking/RankingsPage', path: '/rankings', tab: false },
  teacher: { page: '/pkg-shop/teacher/TeacherPage', path: '/teacher/:id', tab: false },
  teach: { page: '/pkg-study/teach/TeachPage', path: '/me/teach', tab: false },
  topics: { page: '/pkg-shop/topic/TopicsPage', path: '/topics', tab: false },
  topic: { page: '/pkg-shop/topic/TopicPage', path: '/topic/:id', tab: false },
  invite: { page: '/pkg-shop/invite/InvitePage', path: '/me/invite', tab: false },
  commission: { page: '/pkg-shop/commission/CommissionPage', path: '/me/commission', tab: false },
  withdraw: { page: '/pkg-shop/commission/WithdrawPage', path: '/me/withdraw', tab: false },
  withdrawals: { page: '/pkg-shop/commission/WithdrawalsPage', path: '/me/withdrawals', tab: false },
  lost: { page: '/features/home/LostPage', path: '/lost', tab: false },
} as const
export type PageName = keyof typeof pages
export type Params = Record<string, string | number | undefined>
/** A place in the client: page name and its parameters. */
export interface Place { name: PageName; params?: Params }

type Entry = { page: string; path: string; tab: boolean }
const entries = Object.values(pages) as Entry[]

// uni hands values to its router encoded twice; text that is no encoding stays as it is.
function decode(text: string): string {
  let out = text
  for (let i = 0; i < 2; i++) {
    try {
      out = decodeURIComponent(out)
    } catch {
      return out
    }
  }
  return out
}

function split(url: string): [string, Map<string, string>] {
  const [path, query = ''] = url.split('#')[0].split('?')
  const map = new Map<string, string>()
  for (const pair of query.split('&').filter(Boolean)) {
    const [k, v = ''] = pair.split('=')
    map.set(decode(k), decode(v.replace(/\+/g, ' ')))
  }
  return [path, map]
}

function join(path: string, query: Map<string, string>): string {
  const tail = [...query].map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&')
  return tail ? `${path}?${tail}` : path
}

function toMap(params: Params = {}): Map<string, string> {
  return new Map(Object.entries(params).filter(([, v]) => v !== undefined && v !== '').map(([k, v]) => [k, String(v)]))
}

function fill(entry: Entry, query: Map<string, string>): string {
  const rest = new Map(query)
  const path = entry.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest.get(name) ?? ''
    rest.delete(name)
    return encodeURIComponent(value)
  })
  return join(path, rest)
}

/** The address uni understands, e.g. /features/course/CoursePage?id=7. */
export function uniUrl({ name, params }: Place): string {
  return join(pages[name].page, toMap(params))
}

/** The address people see and share, e.g. /course/7. */
export function href({ name, params }: Place): string {
  return fill(pages[name] as Entry, toMap(params))
}

/** Turns a uni address into the one people see; an unknown one comes back unchanged. */
export function toPretty(url: string): string {
  const [path, query] = split(url)
  const entry = entries.find((e) => e.page === path)
  return entry ? fill(entry, query) : url
}

/** Turns a seen address into uni's; an unknown one comes back unchanged. */
export function toUni(url: string): string {
  const [path, query] = split(url)
  const parts = path.replace(/\/+$/, '').split('/')
  for (const entry of entries) {
    const wanted = entry.path.replace(/\/+$/, '').split('/')
    if (wanted.length !== parts.length) continue
    const found = new Map<string, string>()
    const fits = wanted.every((w, i) => (w.startsWith(':') ? parts[i] !== '' && found.set(w.slice(1), decodeURIComponent(parts[i])) : w === parts[i]))
    if (fits) return join(entry.page, new Map([...found, ...query]))
  }
  return url
}

/** Reads a uni or seen address back into a Place; null when it is not one of ours (never leaves the site). */
export function parsePlace(url: string): Place | null {
  if (!url.startsWith('/') || url.startsWith('//')) return null
  const [path, query] = split(toUni(url))
  const name = (Object.keys(pages) as PageName[]).find((n) => pages[n].page === path)
  return name ? { name, params: Object.fromEntries(query) } : null
}
