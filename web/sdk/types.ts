/**
 * Shapes of the learner API, written by hand until `schema.d.ts` is generated from
 * api/openapi.yaml. Names ending `_fen` are integer fen, `_at` UTC milliseconds
 * (0 or absent: none), `_ms` durations in milliseconds.
 */
export interface Agreement { kind: AgreementKind; title: string; version: string }
export type AgreementKind = 'user_agreement' | 'privacy_policy'
export interface AgreementText extends Agreement { body_html: string; effective_at: number }
export interface Shop {
  name: string; slogan: string; logo_url: string; icp: string; phone: string
  agreements: Agreement[]; wechat_login: boolean; sandbox: boolean
}
/** One page of a list; an empty `next_cursor` marks the end. */
export interface Page<T> { items: T[]; next_cursor: string; total?: number }

/** A picture drawn for courses without a cover. */
export type Scene = 'boat' | 'report' | 'bird' | 'poem' | 'data' | 'rice' | 'brush' | 'deed'
export interface Category { id: number; name: string; slug: string; course_count: number }
export interface Banner { id: number; title: string; subtitle: string; note: string; image_url: string; link: string }
/** `price_fen` is the lowest price on the caller's platform; `for_sale` false: not sold there. */
export interface CourseCard {
  id: number; title: string; promise: string; cover_url: string; scene: Scene
  instructor_name: string; category_name: string; category_slug: string; form_note: string
  lesson_count: number; duration_ms: number; price_fen: number; for_sale: boolean
  is_free: boolean; preview_count: number; tags: string[]; published_at: number; learner_count: number
}
export interface ContinueItem {
  course_id: number; course_title: string; cover_url: string; scene: Scene
  lesson_id: number; lesson_title: string; lesson_no: number; form: LessonForm
  position_ms: number; duration_ms: number; percent: number; studied_at: number
}
export interface Home {
  banners: Banner[]; categories: Category[]; continue: ContinueItem[]
  recommended: CourseCard[]; newest: CourseCard[]
}
export type LessonForm = 'video' | 'article'
export interface OutlineLesson {
  id: number; no: number; title: string; form: LessonForm; duration_ms: number
  is_free: boolean; preview_ms: number
}
export interface Chapter { id: number; title: string; no: number; lessons: OutlineLesson[] }
export interface Attachment { id: number; name: string; bytes: number }
/** A concrete offer; `period_days` 0 means access for good. */
export interface Sku { id: number; name: string; price_fen: number; period_days: number }
export interface CourseDetail extends CourseCard {
  intro_html: string; audience: string; outcomes: string[]
  category: { id: number; name: string; slug: string }
  instructor: { id: number; name: string; title: string; bio: string; avatar_url: string }
  chapters: Chapter[]; attachments: Attachment[]; skus: Sku[]
  refund_policy: { days: number; max_watched_percent: number; text: string }
  is_draft: boolean
}
export interface CourseMine {
  owned: boolean; until_at: number; order_no: string; percent: number
  finished_count: number; last_lesson_id: number
  lessons: { lesson_id: number; percent: number; position_ms: number; finished: boolean }[]
}

export interface User {
  id: number; nickname: string; avatar_url: string; phone_masked: string; has_phone: boolean
  has_password: boolean; identities: ('phone' | 'wechat_mini' | 'wechat_official')[]; large_type: boolean
}
/** `token` is filled for the mini program only; browsers hold an HttpOnly cookie. */
export interface Session { token: string; user: User; is_new: boolean }
export interface Consent { kind: AgreementKind; version: string }
export interface ConsentRow extends Consent { title: string; accepted_at: number }
export interface Device { id: number; name: string; platform: string; address_hint: string; last_seen_at: number; current: boolean }

export interface QuoteLine { label: string; amount_fen: number; reason: string }
export interface Quote {
  token: string; sku_id: number; sku_name: string; course_id: number; course_title: string
  scene: Scene; cover_url: string; instructor_name: string; period_days: number
  /** Really charged within the last seven days; 0: cross nothing out. */
  was_fen: number; total_fen: number; lines: QuoteLine[]
  not_applied: { label: string; reason: string }[]
  channel: string; channel_label: string; refund_text: string; terms_text: string
  expires_at: number; already_owned: boolean
}
export type OrderStatus = 'pending' | 'paid' | 'closed' | 'refunding' | 'refunded'
export type RefundStatus = 'requested' | 'approved' | 'processing' | 'succeeded' | 'rejected' | 'failed'
export interface Refund {
  no: string; status: RefundStatus; status_label: string; amount_fen: number
  reason: string; reply: string; requested_at: number; finished_at: number
}
export interface Order {
  no: string; status: OrderStatus; status_label: string
  total_fen: number; paid_fen: number; refunded_fen: number
  created_at: number; expires_at: number; paid_at: number; channel: string
  items: { id: number; course_id: number; title: string; sku_name: string; price_fen: number; period_days: number; scene?: Scene; cover_url?: string }[]
  quote_lines: QuoteLine[]; refunds: Refund[]
  refundable: { allowed: boolean; reason: string; max_fen: number }
}
/** Parameters of WeixinJSBridge `getBrandWCPayRequest`, key names as WeChat wants them. */
export interface JsapiParams { appId: string; timeStamp: string; nonceStr: string; package: string; signType: string; paySign: string }
/** Parameters of `wx.requestVirtualPayment`. */
export interface VirtualParams { mode: string; signData: string; paySig: string; signature: string }
export interface PayAction {
  type: 'none' | 'jsapi' | 'redirect' | 'qrcode' | 'virtual'
  url: string; jsapi?: JsapiParams; virtual?: VirtualParams; expires_at: number
}
/** `paid`: nothing is left to pay. */
export interface PayAttempt { payment_no: string; channel: string; paid: boolean; action: PayAction }

export interface Learning {
  continue: ContinueItem[]
  courses: { course: CourseCard; percent: number; finished_count: number; lesson_count: number; last_lesson_id?: number; studied_at: number; until_at: number }[]
  today_ms: number; week: { day: string; studied_ms: number }[]; total_ms: number
}
export type AccessReason = 'owned' | 'free' | 'preview' | 'login' | 'buy'
export interface Lesson {
  id: number; course_id: number; course_title: string; chapter_title: string; no: number
  title: string; form: LessonForm; duration_ms: number; body_html: string
  access: { allowed: boolean; reason: AccessReason; preview_ms: number }
  position_ms: number; percent: number; finished: boolean
  prev_id: number; next_id: number; poster_url: string; scene: Scene; attachments: Attachment[]
}
export interface Sprite { url: string; columns: number; rows: number; interval_ms: number; width: number; height: number }
/** A permission to play; `lease_s` is how long the server waits for a beat, in seconds. */
export interface Play {
  play_id: number; playlist_url: string; preview: boolean; preview_ms: number; duration_ms: number
  resume_ms: number; watermark: string; poster_url: string; sprite: Sprite | null
  renditions: { name: string; height: number }[]; lease_s: number
}
export interface Beat { seq: number; from_ms: number; to_ms: number; position_ms: number; rate: number }
export interface Progress { percent: number; covered_ms: number; finished: boolean; position_ms: number }
