import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { call, whenRefused } from './api'
import { loadMe, locked, may, me, setMe } from './auth'
import { homeFor } from './pages'

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean
    permission?: string
    title?: string
  }
}

const page = (path: string, name: string, title: string, permission: string, component: RouteRecordRaw['component']): RouteRecordRaw =>
  ({ path, name, component, meta: { title, permission } }) as RouteRecordRaw

const routes: RouteRecordRaw[] = [
  { path: '/login', name: 'login', component: () => import('@/features/auth/LoginPage.vue'), meta: { open: true, title: '登录' } },
  { path: '/', name: 'home', component: () => import('./NonePage.vue') }, // never shown: the guard below sends on, once it knows who is signed in
  page('/overview', 'overview', '概览', 'overview.read', () => import('@/features/overview/OverviewPage.vue')),
  page('/courses', 'courses', '课程与专栏', 'course.read', () => import('@/features/course/CoursesPage.vue')),
  page('/courses/:id(\\d+)/:tab(info|outline|sell|certificate|versions)?', 'course', '编辑课程', 'course.read', () => import('@/features/course/CourseEditorPage.vue')),
  page('/questions', 'questions', '题库', 'course.read', () => import('@/features/quiz/QuestionsPage.vue')),
  page('/quizzes/:id(\\d+)/:tab(attempts|stats)?', 'quiz', '测验结果', 'course.edit', () => import('@/features/quiz/ResultsPage.vue')),
  page('/live/:id(\\d+)/:tab(attendance)?', 'live', '直播间', 'course.read', () => import('@/features/live/LivePage.vue')),
  page('/booking/:id(\\d+)', 'booking', '预约场次', 'course.edit', () => import('@/features/booking/SlotsPage.vue')),
  page('/homework/:id(\\d+)', 'homework', '作业批改', 'course.edit', () => import('@/features/homework/QueuePage.vue')),
  page('/library', 'library', '素材库', 'media.upload', () => import('@/features/library/LibraryPage.vue')),
  page('/lesson-questions/:id(\\d+)?', 'lesson-questions', '学员提问', 'question.answer', () => import('@/features/note/QuestionsPage.vue')),
  page('/ratings', 'ratings', '课程评价', 'question.answer', () => import('@/features/rating/RatingsPage.vue')),
  page('/growth', 'growth', '增长', 'growth.read', () => import('@/features/growth/GrowthPage.vue')),
  page('/shares', 'shares', '分享', 'growth.read', () => import('@/features/growth/SharesPage.vue')),
  page('/card-templates', 'card-templates', '证据卡模板', 'course.read', () => import('@/features/card/TemplatesPage.vue')),
  page('/card-templates/:id(\\d+)', 'card-template', '编辑证据卡模板', 'course.read', () => import('@/features/card/TemplatePage.vue')),
  page('/card-experiments', 'card-experiments', '证据卡实验', 'growth.read', () => import('@/features/card/TrialsPage.vue')),
  page('/cards', 'desk-cards', '证据卡与寄语', 'card.mentor', () => import('@/features/card/DeskPage.vue')),
  page('/mentor-patterns', 'mentor-patterns', '寄语模板', 'card.mentor', () => import('@/features/card/PatternsPage.vue')),
  page('/moderation', 'moderation', '内容审核', 'content.moderate', () => import('@/features/note/ModerationPage.vue')),
  { path: '/media/:kind(documents|ebooks)?', redirect: (to) => ({ name: 'library', query: { ...(to.query.status === 'failed' ? { state: 'failed' } : {}), ...(to.params.kind ? { form: to.params.kind === 'ebooks' ? 'ebook' : 'document' } : {}) } }) },
  page('/instructors', 'instructors', '讲师', 'course.read', () => import('@/features/shelf/InstructorsPage.vue')),
  page('/instructor-applications', 'applications', '讲师申请', 'instructor.review', () => import('@/features/teacher/ApplicationsPage.vue')),
  page('/income', 'income', '收入', 'income.read', () => import('@/features/teacher/IncomePage.vue')),
  page('/categories', 'categories', '分类', 'course.publish', () => import('@/features/shelf/CategoriesPage.vue')),
  page('/banners', 'banners', '首页横幅', 'course.publish', () => import('@/features/shelf/BannersPage.vue')),
  page('/search/:tab(none|synonyms)?', 'search', '搜索', 'course.publish', () => import('@/features/search/SearchPage.vue')),
  page('/topics', 'topics', '专题', 'course.publish', () => import('@/features/topic/TopicsPage.vue')),
  page('/topics/:id(\\d+)', 'topic', '编辑专题', 'course.publish', () => import('@/features/topic/TopicPage.vue')),
  page('/goods/:kind(bundle|membership|service|lesson)?', 'goods', '商品', 'product.read', () => import('@/features/goods/GoodsPage.vue')),
  page('/goods/:id(\\d+)/:tab(info|parts|sell)?', 'product', '编辑商品', 'product.read', () => import('@/features/goods/GoodsEditorPage.vue')),
  page('/promotions/:view(calendar)?', 'promotions', '活动', 'product.read', () => import('@/features/promotion/PromotionsPage.vue')),
  page('/challenges/:tab(templates)?', 'challenges', '打卡挑战', 'class.lead', () => import('@/features/challenge/ChallengesPage.vue')),
  page('/challenge-templates/:id(\\d+)', 'challenge', '编辑挑战', 'challenge.edit', () => import('@/features/challenge/TemplatePage.vue')),
  page('/classes/:id(\\d+)/:tab(top|words)?', 'class', '班', 'class.lead', () => import('@/features/challenge/ClassPage.vue')),
  page('/experiments', 'experiments', '价格实验', 'product.read', () => import('@/features/experiment/ExperimentsPage.vue')),
  page('/price', 'price', '价格预览', 'order.read', () => import('@/features/price/PricePage.vue')),
  page('/partners/:tab(roles|materials|rewards|figures)?', 'partners', '合伙人', 'partner.read', () => import('@/features/partner/PartnersPage.vue')),
  page('/campaigns', 'campaigns', '学习活动', 'product.read', () => import('@/features/campaign/CampaignsPage.vue')),
  page('/rewards/:tab(redemptions|badges)?', 'rewards', '积分商城与徽章', 'product.read', () => import('@/features/reward/RewardsPage.vue')),
  page('/risk/:tab(rules)?', 'risk', '奖励核查', 'risk.decide', () => import('@/features/risk/RiskPage.vue')),
  page('/coupons', 'coupons', '优惠券', 'product.read', () => import('@/features/coupon/CouponsPage.vue')),
  page('/codes', 'codes', '兑换码', 'product.edit', () => import('@/features/code/CodesPage.vue')),
  page('/orders/:no?', 'orders', '订单', 'order.read', () => import('@/features/order/OrdersPage.vue')),
  page('/orders/:no/trail', 'trail', '订单轨迹', 'order.read', () => import('@/features/order/TrailPage.vue')),
  page('/refunds', 'refunds', '退款', 'order.read', () => import('@/features/refund/RefundsPage.vue')),
  page('/services', 'services', '待交付', 'service.give', () => import('@/features/service/ServicesPage.vue')),
  page('/renewals', 'renewals', '自动续费', 'order.read', () => import('@/features/renewal/RenewalsPage.vue')),
  page('/shipments', 'shipments', '发货信息', 'order.read', () => import('@/features/shipment/ShipmentsPage.vue')),
  page('/held', 'held', '待查款', 'order.read', () => import('@/features/held/HeldPage.vue')),
  page('/invoices/:id(\\d+)?', 'invoices', '发票', 'invoice.read', () => import('@/features/invoice/InvoicesPage.vue')),
  page('/bills', 'bills', '对账', 'bill.read', () => import('@/features/bill/BillsPage.vue')),
  page('/bills/:source(wechatpay|wechat_virtual|alipay)/:day(\\d{8})', 'bill', '一天的账单', 'bill.read', () => import('@/features/bill/BillPage.vue')),
  page('/commission/:tab(accounts|rules|report)?', 'commission', '佣金与提现', 'commission.read', () => import('@/features/commission/CommissionPage.vue')),
  page('/clearing', 'clearing', '在途资金', 'bill.read', () => import('@/features/payout/ClearingPage.vue')),
  page('/ledger/:tab(balances|revenue|tax)?', 'ledger', '总账', 'bill.read', () => import('@/features/ledger/LedgerPage.vue')),
  page('/users/:id(\\d+)?', 'users', '学员', 'user.read', () => import('@/features/user/UsersPage.vue')),
  page('/staff', 'staff', '员工与角色', 'staff.manage', () => import('@/features/staff/StaffPage.vue')),
  page('/audit', 'audit', '操作日志', 'audit.read', () => import('@/features/audit/AuditPage.vue')),
  page('/settings/:tab(shop|agreements|wechat|payment|renewal|invoice|mail|points|signin|share|referral|partner|certificate|talk)?', 'settings', '设置', 'setting.read', () => import('@/features/setting/SettingsPage.vue')),
  { path: '/account', name: 'account', component: () => import('@/features/auth/AccountPage.vue'), meta: { title: '我的账号' } },
  { path: '/denied', name: 'denied', component: () => import('./DeniedPage.vue'), meta: { title: '没有权限' } },
  { path: '/:rest(.*)*', name: 'none', component: () => import('./NonePage.vue'), meta: { title: '没有这个页面' } },
]

/** The console's router; every page but the sign-in waits for who is signed in. */
export const router = createRouter({ history: createWebHistory('/admin/'), routes, scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 } })

router.beforeEach(async (to) => {
  await loadMe()
  if (to.meta.open) return true
  if (!me.value || locked.value) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (to.name === 'home') return { name: homeFor(me.value.permissions) }
  if (to.meta.permission && !may(to.meta.permission)) return { name: 'denied', query: { page: String(to.name) }, replace: true }
  return true
})

router.afterEach((to) => {
  document.title = `${to.meta.title ?? '控制台'} · 知舟控制台`
})

/** Whether a look at the member's state is under way after a refusal, so that ten refused calls ask once. */
let asking = false

whenRefused(async (e) => {
  const here = router.currentRoute.value
  if (here.meta.open || !me.value || asking) return
  if (e.status === 401) setMe(null)
  else {
    // A 403 for a missing right is the page's own matter; only a missing second factor ends the visit.
    // The server says which one it was where it says who is signed in.
    asking = true
    const now = await call('me').catch(() => null)
    asking = false
    if (!now || !now.needs_mfa || now.mfa) return
    setMe(now)
  }
  void router.push({ name: 'login', query: { next: here.fullPath } })
})
