import type { components } from '@zhizhou/sdk/schema'

/**
 * Shapes of the console API. Names ending `_fen` are integer fen, `_at` UTC
 * milliseconds (0: none), `_ms` durations in milliseconds, `_s` seconds.
 */
export interface Page<T> { items: T[]; next_cursor: string }
export interface Made { id: number }
export type Role = 'owner' | 'operator' | 'editor' | 'instructor' | 'class_teacher' | 'finance' | 'support'
export interface Me { id: number; name: string; role: Role; permissions: string[]; mfa: boolean; needs_mfa: boolean; totp_enabled: boolean }
export interface LoginAnswer { needs_totp: boolean; must_enrol: boolean; staff: Me }

export interface DayNumbers { orders: number; paid_fen: number; new_users: number }
export interface DayFen { day: string; fen: number; received_fen: number; refunded_fen: number }
export interface Overview {
  today: DayNumbers; yesterday: DayNumbers; revenue: DayFen[]
  todo: { refunds_requested: number; refunds_abnormal: number; payments_held: number; assets_failed: number; bill_differences: number; services_waiting: number }
  top_goods: { product_id: number; kind: CourseForm | GoodsKind | 'class'; course_id: number; title: string; orders: number; fen: number }[]
  courses: Record<string, number>; users_total: number
}

export type CourseStatus = 'draft' | 'scheduled' | 'published' | 'unpublished'
export type CourseForm = 'course' | 'column'
export interface CourseRow {
  id: number; form: CourseForm; planned_count: number; title: string; cover_url: string; scene: string; status: CourseStatus; publish_at: number; published_at: number; updated_at: number
  lesson_count: number; duration_ms: number; learner_count: number; from_fen: number; instructor_name: string; category_name: string
}
export interface CourseInput {
  title: string; promise: string; intro_html: string; audience: string; outcomes: string[]; tags: string[]; cover: string; scene: string
  instructor_id: number; category_id: number; position: number; recommended: boolean; cadence?: string; planned_count?: number; version: number
}
export type LessonForm = 'video' | 'audio' | 'article' | 'live' | 'document' | 'ebook' | 'quiz' | 'homework' | 'booking'
/** An uploaded PDF. */
export interface Paper { id: number; name: string; status: 'uploaded' | 'working' | 'ready' | 'failed'; percent: number; bytes: number; pages: number; error: string; created_at: number }
/** A PDF with the lessons that show it; `goes_at`: when it goes by itself, 0: it stays. */
export interface PaperRow extends Paper { used_in: { lesson_id: number; title: string; course_id: number; course_title: string }[]; goes_at: number }
export type AssetStatus = 'uploaded' | 'probing' | 'transcoding' | 'ready' | 'failed'
export interface Asset {
  id: number; name: string; status: AssetStatus; stage: string; percent: number; eta_s: number; duration_ms: number; width: number; height: number
  bytes: number; poster_url: string; error: string; created_at: number
}
export interface Lesson {
  id: number; course_id: number; chapter_id: number; title: string; version: number; form: LessonForm; is_free: boolean; preview_ms: number; duration_ms: number
  body_html?: string; ebook_id: number; ebook: Book | null; asset_id: number; asset: Asset | null
  released_at: number; release_at: number; opens_at: number; opens_after_days: number; after_lesson_id: number; in_order: boolean
  document_id: number; document: Paper | null; preview_pages: number; page_count: number
}
export interface Chapter { id: number; title: string; lessons: Lesson[] }
export type AttachmentPermission = 'view' | 'download'
export interface Attachment { id: number; lesson_id: number; name: string; bytes: number; mime: string; file_id: number; permission: AttachmentPermission; may_be_shown: boolean }
export type MaterialKind = 'asset' | 'document' | 'ebook' | 'picture' | 'file'
export type MaterialForm = 'video' | 'audio' | 'document' | 'ebook' | 'picture' | 'file'
export interface MaterialRef { kind: MaterialKind; id: number }
export interface Material extends MaterialRef {
  form: MaterialForm; name: string; state: 'ready' | 'working' | 'failed'; percent: number; error: string; bytes: number; length: number; picture_key: string; picture_url: string
  mime: string; folder_id: number; staff_name: string; created_at: number
}
export interface MaterialUse { what: string; id: number; title: string; course_id: number; label: string }
export interface Folder { id: number; parent_id: number; name: string; mine: boolean }
export interface RowResult { kind: string; id: number; ok: boolean; error: string }
export type VersionCause = 'manual' | 'publish' | 'restore' | 'import' | 'clone' | 'bulk'
export interface CourseVersion {
  id: number; no: number; cause: VersionCause; remark: string; chapters: number; lessons: number; attachments: number; added: number; removed: number; changed: number; others: number
  staff_name: string; created_at: number
}
export interface CourseImport { imported: boolean; name: string; created_at: number; chapters: number; lessons: number; attachments: number; materials: number; questions: number; left: { name: string; why: string }[] }
export interface VersionChange { part: 'course' | 'chapter' | 'lesson' | 'attachment'; id: number; title: string; change: 'added' | 'removed' | 'changed'; fields: string[] }
export type TaxCategory = 'digital_service' | 'service' | 'book' | 'goods'
/** Percent; '' is that of the tax category. */
export type TaxRate = '' | '0' | '1' | '3' | '6' | '9' | '13'
/** At most one of period_days, period_months and until_at is set; none is for good. The API leaves optional fields out when they are 0. */
export interface SkuInput {
  name: string; price_fen: number; period_days: number; tax_category: TaxCategory; tax_rate?: TaxRate; tax_code?: string; active: boolean; position?: number; platform_prices: Record<string, number>
  period_months?: number; until_at?: number; sale_from?: number; sale_until?: number; stock?: number; per_user?: number; trial?: boolean; tier_prices?: Record<string, number>
}
export interface Sku extends SkuInput { id: number }
export interface VirtualItem { item_id: string; sku_id: number; price_fen: number; state: 'wanted' | 'uploading' | 'uploaded' | 'publishing' | 'published' | 'failed'; message: string; updated_at: number }
export interface Course extends CourseInput {
  id: number; form: CourseForm; product_id: number; cover_url: string; status: CourseStatus; publish_at: number; published_at: number; updated_at: number; preview_url: string
  lesson_count: number; duration_ms: number; learner_count: number; chapters: Chapter[]; attachments: Attachment[]; skus: Sku[]; virtual_items: VirtualItem[]
  refund_days: number; refund_max_watched_percent: number
}

export type GoodsKind = 'lesson' | 'bundle' | 'membership' | 'service'
export type GoodsStatus = 'draft' | 'published' | 'unpublished'
export interface GoodsRow { id: number; kind: GoodsKind; title: string; cover_url: string; status: GoodsStatus; lesson_id: number; course_id: number; updated_at: number; offers: number; from_fen: number }
export interface GoodsInput { title: string; promise: string; intro_html: string; cover?: string; scene?: string; position?: number; rank?: number; pay_permille: number; opens_all?: boolean }
export interface Part { kind: 'course' | 'category'; ref_id: number }
/** A product with its offers. The same address also answers for the product of a course, which has its title elsewhere. */
export interface Goods extends GoodsInput {
  id: number; kind: GoodsKind; status: GoodsStatus; cover_url: string; lesson_id: number; course_id: number
  refund_days: number; refund_max_watched_percent: number; skus: Sku[]; parts: Part[]; virtual_items: VirtualItem[]
}

/** Which goods a rule is for; empty is all of them, otherwise one match is enough. */
export interface Scope { products?: number[] | null; skus?: number[] | null; categories?: number[] | null; kinds?: string[] | null; tags?: string[] | null }
export type PromotionKind = 'newcomer' | 'flash' | 'group' | 'threshold' | 'bargain'
export type Switched = 'draft' | 'on' | 'off'
export interface PromotionInput {
  version?: number; kind: PromotionKind; label: string; note?: string; starts_at: number; ends_at: number; platforms?: string[] | null; scope: Scope
  price_fen?: number; pay_permille?: number; cap_fen?: number; steps?: { at_fen: number; off_fen: number }[] | null
  quota?: number; per_user?: number; group_size?: number; group_hours?: number; helpers?: number; help_hours?: number
}
export interface Promotion extends PromotionInput { id: number; status: Switched; held_units: number; sold_units: number; updated_at: number }
export interface PreviewAsk {
  user_id?: number; platform: string; items: { sku_id: number; quantity: number }[]; gift?: boolean; group?: boolean; coupon_ids?: number[]; no_coupon?: boolean; points?: boolean
}
export interface IdlePromotion { id: number; kind: PromotionKind; label: string; status: Switched; price_fen: number; sku_id: number; sku_name: string; lowest_fen: number }
export interface Preview { list_fen: number; total_fen: number; was_fen: number; channel: string; refusal: string; lines: QuoteLine[]; not_applied: Skipped[] }
export interface VariantInput { label?: string; price_fen: number; weight: number }
export interface ExperimentInput { version?: number; sku_id: number; name: string; min_fen: number; ends_at: number; variants: VariantInput[] }
export interface ExperimentRow {
  id: number; sku_id: number; name: string; title: string; sku_name: string; status: 'draft' | 'running' | 'stopped'; min_fen: number; ends_at: number; list_fen: number; started_at: number; stopped_at: number; version: number
}
/** A mean, its difference to the control and the ends of the interval of 95 %; money in fen. */
export interface Estimate { mean: number; diff: number; low: number; high: number }
export interface Outcome {
  label: string; price_fen: number; weight: number; published: boolean; visitors: number; buyers: number; revenue_fen: number; conversion: Estimate; per_visitor: Estimate
}
export interface Experiment extends ExperimentRow { outcomes: Outcome[]; few: boolean }
export interface TalkSetting { words: string[] }
export interface SignInSetting { points: number; bonus: number; make_ups: number }
export interface ShareSetting { window_days: number; rule: 'last' | 'first' }
export interface PointsSetting { per_yuan: number; max_share: number; earn_per_yuan: number; expiry_months: number }
export interface UserPoints { balance: number; held: number; owed: number; moves: { id: number; kind: string; points: number; note: string; at: number }[] }
export type Claim = 'page' | 'code' | 'newcomer' | 'staff'
export interface CouponInput {
  version?: number; name: string; off_fen?: number; pay_permille?: number; cap_fen?: number; at_fen?: number; scope: Scope; platforms?: string[] | null; stackable?: boolean
  stock: number; per_user: number; claim: Claim; code?: string; claim_from?: number; claim_until?: number
  valid_from?: number; valid_until?: number; valid_days?: number; back_on_refund: boolean
}
export interface Coupon extends CouponInput { id: number; status: Switched; issued: number; updated_at: number }
export interface CodeBatch { id: number; name: string; sku_id: number; title: string; size: number; used: number; expires_at: number; revoked_at: number; created_at: number }
export interface Code { id: number; code: string; state: 'ready' | 'used' | 'revoked'; used_at: number }

export type SearchMark = '' | 'pinned' | 'hidden'
export interface SearchWord { word: string; visitors: number; hits: number; mark: SearchMark }
export interface Synonym { id: number; words: string[]; updated_at: number }
export type TopicStatus = 'draft' | 'published' | 'unpublished'
export interface TopicRow { id: number; title: string; cover_url: string; scene: string; status: TopicStatus; course_count: number; published_at: number; updated_at: number }
export interface TopicEntry { course_id: number; note?: string; title?: string; status?: string; lesson_id?: number }
export interface TopicInput { version?: number; title: string; intro?: string; cover?: string; scene?: string; courses: TopicEntry[] }
export interface Topic extends TopicInput { id: number; status: TopicStatus; cover_url: string }

export interface Instructor { id: number; name: string; title: string; bio: string; avatar: string; avatar_url: string }
export interface Category { id: number; name: string; slug: string; position: number; course_count: number }
export interface BannerInput { title: string; subtitle: string; note?: string; image?: string; link?: string; position?: number; active: boolean }
/** The API leaves empty optional fields out. */
export interface Banner extends BannerInput { id: number; image_url: string }

export type OrderStatus = 'pending' | 'paid' | 'closed' | 'refunded'
/** An order's state as people speak of it. */
export type OrderState = OrderStatus | 'group' | 'refunding' | 'part_refunded' | 'to_give'
export interface OrderRow {
  no: string; user_id: number; nickname: string; phone_masked: string; status: OrderStatus; state: OrderState; status_label: string; channel: string; platform: string; title: string
  total_fen: number; paid_fen: number; refunded_fen: number; created_at: number; paid_at: number
}
export interface QuoteLine { label: string; amount_fen: number; reason: string }
export interface QuoteItem { sku_id: number; kind: string; title: string; sku_name: string; quantity: number; list_fen: number; pay_fen: number; period_days: number; period_months: number; until_at: number }
export interface Skipped { kind: string; rule_id: number; label: string; reason: string }
export interface Quote {
  gift: boolean; group_id: number; list_fen: number; total_fen: number; lines: QuoteLine[] | null; items: QuoteItem[] | null
  applied: { kind: string; rule_id: number; label: string }[] | null; not_applied: Skipped[] | null
}
export interface Payment { out_trade_no: string; channel: string; status: string; outcome: string; amount_fen: number; transaction_id: string; note: string; created_at: number; paid_at: number }
export type RefundStatus = 'requested' | 'approved' | 'processing' | 'succeeded' | 'rejected' | 'abnormal'
export interface Refund {
  id: number; no: string; order_no: string; title: string; nickname: string; cause: string; amount_fen: number; reason: string; reply: string
  status: RefundStatus; status_label: string; watched_percent: number; delivered_percent: number; first_by: number; paid_at: number; requested_at: number; decided_at: number; finished_at: number; last_error: string
  /** Of money that opened nothing: access is not touched. */
  unclaimed: boolean
  /** How the service stands whose money it is; null for other goods. */
  service: ServiceState | null
}
/** `stuck` asks for a person; `unmanaged` and `refunded` need no shipping. */
export type ShipmentState = 'pending' | 'shipped' | 'settled' | 'refunded' | 'unmanaged' | 'stuck'
/** What WeChat is told of the delivery of a mini program payment; `id` is the payment's. */
export interface Shipment {
  id: number; state: ShipmentState; state_label: string; note: string; due_at: number; tries: number; finished_at: number
  order_no: string; title: string; paid_at: number
}
export type HeldState = 'waiting' | 'returning' | 'returned' | 'matched' | 'explained'
export interface Held {
  id: number; order_no: string; user_id: number; nickname: string; title: string; channel: string; out_trade_no: string; transaction_id: string; amount_fen: number; received_fen: number
  cause: string; reason: string; paid_at: number; state: HeldState; state_label: string; refund_id: number; refund_error: string
  decision_note: string; decided_at: number; decided_by: string; actions: string[]
}
export type BillSource = 'wechatpay' | 'wechat_virtual' | 'alipay'
/** `waiting`: the channel has not made the bill yet; `differs`: something is open. */
export type BillState = 'waiting' | 'failed' | 'differs' | 'matched'
export type BillResult = 'matched' | 'missing_ours' | 'missing_theirs' | 'amount_differs' | 'state_differs'
/** One payment account's day, YYYYMMDD in China. */
export interface Bill {
  id: number; source: BillSource; label: string; day: number; state: BillState; state_label: string; lines: number; trade_fen: number; refund_fen: number; fee_fen: number; net_fen: number
  settles_at: number; done_at: number; try_at: number; last_error: string
  matched: number; missing_ours: number; missing_theirs: number; amount_differs: number; state_differs: number; open: number
}
/** A line of a bill beside what the books say. */
export interface BillLine {
  id: number; bill_id: number; source: BillSource; day: number; kind: 'trade' | 'refund'; result: BillResult; result_label: string; number: string; out_trade_no: string; transaction_id: string
  order_no: string; refund_id: number; channel: string; theirs_fen: number; ours_fen: number; theirs_state: string; ours_state: string; fee_fen: number; at: number; advice: string
  resolution: 'repaired' | 'confirmed' | 'explained' | ''; resolution_label: string; reason: string; note: string; resolved_at: number; resolved_by: string; actions: string[]
}
export interface Balance { account: string; label: string; debit_fen: number; credit_fen: number }
export interface Trial { accounts: Balance[]; balanced: boolean; broken: string[] }
/** What a month earned under a rate; `booked` is false for orders from before tax had accounts of its own. */
export interface TaxLine { rate_bps: number; booked: boolean; lines: number; sold_fen: number; refund_fen: number; net_fen: number; tax_fen: number }
export interface RevenueMonth {
  accounts: Balance[]; revenue_fen: number; discount_fen: number; refund_fen: number; net_fen: number; tax_fen: number; fee_fen: number; deferred_fen: number
}
/** What a payment account still holds for us; days are YYYYMMDD in China, 0 for none. */
export interface Clearing { source: BillSource; label: string; balance_fen: number; since: number; due_day: number; late: boolean }
export type PayoutState = 'waiting' | 'booked' | 'dropped' | 'reversed'
/** Money that a channel paid out to the bank. */
export interface Payout {
  id: number; source: BillSource; label: string; amount_fen: number; bank_day: number; reference: string; note: string; state: PayoutState; state_label: string
  created_at: number; created_by: string; decided_at: number; decided_by: string; undo_asked: boolean
}
export type ExportKind = 'orders' | 'refunds' | 'ledger' | 'invoices' | 'revenue' | 'balances' | 'study' | 'attendance' | 'bookings'
export type ExportState = 'queued' | 'running' | 'done' | 'failed' | 'expired'
export interface BulkRow { id: number; title: string; ok: boolean; reason: string }
export type BulkLessonAction = 'move' | 'free' | 'paid' | 'release' | 'withhold' | 'unlock' | 'delete'
export interface BulkLessons { lessons: number[]; action: BulkLessonAction; chapter_id?: number; opens_at?: number; opens_after_days?: number; after_lesson_id?: number; dry: boolean }
export type BulkCourseAction = 'category' | 'instructor' | 'tag_add' | 'tag_take' | 'publish' | 'unpublish'
export interface BulkCourses { courses: number[]; action: BulkCourseAction; ref_id?: number; tag?: string; dry: boolean }
export interface ExportInput { kind: ExportKind; format: 'csv' | 'xlsx'; from?: number; to?: number; status?: string; lesson_id?: number }
export interface ExportFile {
  id: number; kind: ExportKind; label: string; format: 'csv' | 'xlsx'; from: number; to: number; status: string; state: ExportState; state_label: string; done: number; total: number
  bytes: number; error: string; asked_by: string; mine: boolean; created_at: number; done_at: number; expires_at: number; url: string
}
export interface TrailStep {
  at: number; kind: 'order' | 'payment' | 'notice' | 'ledger' | 'grant' | 'discount' | 'points' | 'refund' | 'invoice' | 'shipment' | 'event' | 'staff'
  title: string; note: string; who: string; ref: string; about?: Named; lines: Posting[]; hash: string; seal: number
}
export interface Trail extends OrderRow { steps: TrailStep[] }
export type InvoiceStatus = 'requested' | 'issuing' | 'issued' | 'rejected' | 'cancelled' | 'red_requested' | 'red_issued'
export type RedReason = 'ISSUE_ERROR' | 'SALES_RETURN' | 'SERVICE_SUSPENSION' | 'SALES_DISCOUNT'
export interface InvoiceRow {
  id: number; no: string; type: 'normal' | 'special'; status: InvoiceStatus; title_kind: 'enterprise' | 'person' | 'institution'; title_name: string; nickname: string
  amount_fen: number; tax_fen: number; number: string; requested_at: number; issued_at: number; last_error: string
}
export interface InvoicedLine { order_no: string; title: string; tax_code: string; rate_bps: number; amount_fen: number; tax_fen: number }
export interface InvoiceFile { kind: 'pdf' | 'ofd' | 'xml'; red: boolean; bytes: number; url: string }
export interface RedInvoice { no: string; reason: RedReason; note: string; state: 'queued' | 'issued'; number: string; by_refund: boolean; requested_at: number; issued_at: number }
export interface Invoice extends InvoiceRow {
  issuer: '' | 'manual' | 'sandbox'; reason: string; lines: InvoicedLine[]; files: InvoiceFile[]; red?: RedInvoice; mail_state: '' | 'waiting' | 'sent' | 'off' | 'failed'
  buyer: { name: string; tax_no: string; address: string; phone: string; bank: string; account: string; email: string; mobile: string }
}
/** What finance has from the tax office's system; files are base64. */
export interface IssueInput { number: string; issued_at?: number; files?: string[] }
export interface RateSum { rate_bps: number; lines: number; amount_fen: number; tax_fen: number; red_fen: number; red_tax_fen: number }
export interface OrderEvent { at: number; kind: string; note: string; who: string }
export interface Posting { kind: string; account: string; label: string; debit_fen: number; credit_fen: number; at: number }
export interface OrderItem { id: number; course_id: number; title: string; sku_name: string; sku_id: number; kind: string; quantity: number; list_fen: number; price_fen: number; refunded_fen: number; period_days: number; refund_text: string; service: ServiceState | null }
/** How a service stands that was bought. */
export interface ServiceState { state: 'waiting' | 'done' | 'cancelled'; note: string; given_at: number; done_at: number; done_by: string; blocked: string }
/** A paid service that staff still have to give. */
export interface WaitingService {
  item_id: number; order_no: string; user_id: number; nickname: string; phone_masked: string; title: string; sku_name: string; quantity: number
  price_fen: number; refunded_fen: number; gift: boolean; unreceived: number; receivers: string; refunding: boolean; paid_at: number
}
export interface Order extends OrderRow {
  expires_at: number; terms_at: number; quote: Quote; items: OrderItem[]; payments: Payment[]; refunds: Refund[]; events: OrderEvent[]; trail: Posting[]; user: UserRow
}

export interface UserRow { id: number; nickname: string; avatar_url: string; phone_masked: string; created_at: number }
export interface UserDetail extends UserRow {
  identities: string[]; devices: { id: number; name: string; platform: string; last_seen_at: number }[]
  courses: { course_id: number; title: string; until_at: number; percent: number }[]; orders: OrderRow[]
}
export interface Staff { id: number; login: string; name: string; role: Role; totp_enabled: boolean; instructor_id: number; disabled: boolean; created_at: number; last_login_at: number }
export interface StaffChange { name: string; role: Role; instructor_id?: number; disabled?: boolean; reset_totp?: boolean; password?: string }
export interface AuditRow { id: number; at: number; actor_name: string; actor_kind: string; action: string; target: string; before: string; after: string; reason: string; request_id: string; names: Named[] }
/** What something is called that is known by kind and number, and what shows it. */
export interface Named { ref: string; name: string; opens: string; key: string }

export interface Setting<T> { version: number; value: T }
export interface ShopSetting { name: string; slogan: string; logo: string; icp: string; phone: string }
export interface WechatSetting { mini_app_id: string; mini_secret: string; official_app_id: string; official_secret: string; push_token: string; push_aes_key: string; retired?: RetiredKey[] }
/** A replaced key that is still accepted until `until_at` (ms). */
export interface RetiredKey { name: 'api_v3_key' | 'public_key' | 'alipay_public_key' | 'push_token' | 'push_aes_key'; id: string; key: string; until_at: number }
export interface PaymentSetting {
  retired?: RetiredKey[]
  mch_id: string; merchant_serial: string; merchant_key: string; api_v3_key: string; mode: 'public_key' | 'platform_certificate'; public_key_id: string; public_key_pem: string
  offer_id: string; app_key: string; virtual_env: 0 | 1; policy: Record<string, string>
  alipay_app_id?: string; alipay_seller_id?: string; alipay_app_key?: string; alipay_public_key?: string; four_eyes_fen?: number
  transfer_scene_id?: string; transfer_post?: string; transfer_reward?: string
}
export type AgreementKind = 'user_agreement' | 'privacy_policy'
export interface AgreementVersion {
  version: string; title: string; note: string; material: boolean; effective_at: number; published_at: number; published_by: string; accepted: number
  state: 'in_force' | 'coming' | 'past'
}
export interface AgreementText extends AgreementVersion { body_html: string }
export interface DraftInput { title: string; body_html: string; note: string; material: boolean; revision: number }
export interface Draft extends DraftInput { updated_at: number }
export interface Agreement { kind: AgreementKind; name: string; draft: Draft | null; versions: AgreementVersion[] }
export interface ChannelTest { ok: boolean; code: string; message: string; advice: string }
export interface InvoiceSetting {
  enabled: boolean; issuer: 'manual' | 'sandbox'; special: boolean; ios: boolean; days: number; most_fen: number; seller_name: string; seller_tax_no: string; codes: Record<string, string>; note: string
}
export interface RenewalSetting { enabled: boolean; plan_id: string; api_v2_key: string; lead_days: number }
/** A contract of automatic renewal. */
export interface Contract {
  id: number
  user_id: number
  nickname: string
  title: string
  sku_name: string
  agreed_fen: number
  months: number
  state: 'signing' | 'active' | 'cancelled' | 'ended'
  state_label: string
  cycle_state: string
  charge_at: number
  created_at: number
  signed_at: number
  cancelled_at: number
  cancelled_by: string
  channel_ended_at: number
}
/** One charge of a contract. */
export interface ContractCycle {
  no: number
  state: 'planned' | 'noticed' | 'charging' | 'paid' | 'failed' | 'skipped'
  state_label: string
  amount_fen: number
  noticed_at: number
  charge_at: number
  paid_at: number
  paid_fen: number
  refunded_fen: number
  tries: number
  order_no: string
  note: string
}
export interface ContractDetail extends Contract {
  code: string
  terms_version: string
  terms: string
  terms_at: number
  cycles: ContractCycle[]
}
export interface MailSetting { host: string; port: number; security: 'tls' | 'starttls'; user: string; password: string; from: string; from_name: string }

type S = components['schemas']
export type Withdrawal = S['ConsoleWithdrawalView']
export type WithdrawalState = Withdrawal['status']
export type CommissionTerms = S['ConsoleCommissionTerms']
export type CommissionRuleInput = S['ConsoleCommissionRuleInput']
export type CommissionRule = S['ConsoleCommissionRuleView']
export type CommissionAccount = S['ConsoleCommissionAccountView']
export type CommissionMove = S['ConsoleCommissionMoveView']
export type PartnerRow = S['ConsolePartnerRow']
export type PartnerRole = S['ConsolePartnerRoleRow']
export type PartnerRoleSetting = S['ConsolePartnerRoleSetting']
export type PartnerMaterial = S['ConsolePartnerMaterialRow']
export type PartnerMaterialInput = S['ConsolePartnerMaterialInput']
export type PartnerPlace = S['ConsolePartnerPlaceRow']
export type PartnerMonth = S['ConsolePartnerMonth']
export type PartnerPlan = S['ConsolePartnerPlanInput']
export type PartnerFigures = S['ConsolePartnerFigures']
export type PartnerSaid = S['ConsolePartnerSaid']
export interface PartnerSetting { open: boolean; guide: string }
export type PayeeRow = S['ConsoleTaxRowView']
export type ReferralSetting = S['Referral']

/** Judging rewards, and what gives them. `odds_ppm` is of a million. */
export type RiskCase = S['ConsoleRiskCaseRow']
export type RiskCaseState = RiskCase['state'] | 'appeal'
export type RiskWaiting = S['ConsoleRiskWaiting']
export type RiskCaseView = S['ConsoleRiskCaseView']
export type RiskRule = S['ConsoleRiskRuleView']
export type RiskRuleInput = S['ConsoleRiskRuleInput']
export type RiskRules = S['ConsoleRiskRulesView']
export type RiskBands = S['ConsoleRiskBands']
export type Campaign = S['ConsoleCampaignView']
export type CampaignInput = S['ConsoleCampaignInput']
export type CampaignRow = S['ConsoleCampaignRow']
export type CampaignPrize = S['ConsoleCampaignPrize']
export type CampaignDraw = S['ConsoleCampaignDraw']
export type CampaignGift = S['ConsoleCampaignGift']
export type ShopGoods = S['ConsoleShopGoodsView']
export type ShopGoodsInput = S['ConsoleShopGoodsInput']
export type ShopRedemption = S['ConsoleShopRedemption']
export type BadgeRule = S['ConsoleBadgeView']
export type BadgeInput = S['ConsoleBadgeInput']

/** The bank of questions, papers, attempts and what they say. `_centi` are hundredths of a point. */
export type Question = S['ConsoleQuestionView']
export type QuestionKind = Question['kind']
export type QuestionInput = Omit<Question, 'id' | 'version' | 'title' | 'uses' | 'updated_at'>
export type ImportReport = S['ConsoleImportReport']
export type ImportFormat = 'xlsx' | 'aiken' | 'gift'
export type PaperInput = S['ConsolePaperInput']
export type QuizPaper = S['ConsolePaperView']
export type PaperRule = S['ConsoleRuleInput']
export type QuizAttempt = S['ConsoleAttempt']
export type QuizMarking = S['ConsoleMarkingView']
export type QuestionStat = S['ConsoleStatView']
/** Who wants to teach; what an instructor's courses earned. */
export type TeachApplication = S['ConsoleApplicationRow']
export type TeachApplicationDetail = S['ConsoleApplicationDetail']
export type Income = S['ConsoleIncomeView']
/** What a homework asks, what was handed in, and reviews of it by other learners. */
export type Homework = S['ConsoleHomeworkInput']
export type Work = S['ConsoleWorkView']
export type WorkReview = S['ConsoleWorkReviewView']
/** How a lesson is booked, its times, and who booked them. */
export type BookingPlan = S['ConsoleBookingPlanInput']
/** Challenges: templates, classes that were opened of them, who is in one, the first three of a week. */
export type ChallengeInput = S['ConsoleChallengeInput']
export type Challenge = S['ConsoleChallengeView']
export type ChallengePlan = S['ConsoleChallengePlan']
export type ChallengeTask = S['ConsoleChallengeTask']
export type ChallengeClass = S['ConsoleClassView']
export type ClassEdit = Pick<ChallengeClass, 'title' | 'about' | 'join_until' | 'capacity' | 'teacher' | 'share_weekday' | 'clip_id'>
/** What a class costs; it is said when the class is opened and stays. */
export type ClassPrice = Pick<ChallengeClass, 'price' | 'price_fen' | 'return_need'>
export type ClassMember = S['ConsoleClassMember']
export type ClassWeek = S['ConsoleClassWeek']
export type ClassTop = ClassWeek['items'][number]
export type CheckInFile = S['ConsoleCheckInFile']
export type SlotInput = S['ConsoleSlotInput']
export type Slot = S['ConsoleSlotView']
export type SlotSeries = S['ConsoleSeriesInput']
export type Booked = S['ConsoleBookedView']
/** What learners wrote for others, and their questions on lessons with all answers. */
export type RatingRow = S['ConsoleRatingRow']
export type Case = S['ConsoleCaseView']
export type CaseChoice = S['ConsoleCaseChoice']
export type DeskQuestion = S['ConsoleDeskQuestionView']
export type DeskAnswer = S['ConsoleDeskAnswerView']
export type DeskPage = S['ConsoleDeskPage']
/** What a course asks before it attests, and what was issued. */
export type CertificateRule = S['ConsoleCertificateRuleInput']
export type Certificate = S['ConsoleCertificate']
export type CertificateKey = S['ConsoleCertificateKeyView']
export type Caption = S['ConsoleCaptionView']
export type ChapterMark = S['ConsoleChapterMark']
export type VideoPoint = S['ConsolePointView']
export type TextImport = S['ConsoleImportView']
export type Formula = S['ConsoleFormulaView']
export type Book = S['ConsoleEbookView']

/** A live room at its desk, what was said in it, and who was there. */
export type LiveRoom = S['ConsoleLiveRoomView']
export type LiveTalk = S['ConsoleStaffTalk']
export type LiveAction = 'rekey' | 'end' | 'record' | 'notice' | 'card' | 'sign-in' | 'hide' | 'screen' | 'answered' | 'mute'
export type LiveInput = S['ConsoleLiveInput']
export type Attendee = S['ConsoleAttendeeView']

export type CardLayer = S['Layer']
export type CardLayout = S['Layout']
export type CardFace = 'portrait' | 'square' | 'portrait_dark' | 'square_dark'
export type DeskCard = S['ConsoleDeskCardView']
export type CardKind = DeskCard['kind']
export type CardTemplateRow = S['ConsoleCardTemplateRow']
export type CardTemplateInput = S['ConsoleCardTemplateInput']
export type CardTemplate = S['ConsoleCardTemplateDetail']
export type HouseTemplate = S['ConsoleHouseTemplate']
export type MentorPattern = S['ConsoleMentorPattern']

export type Growth = S['ConsoleGrowthView']
export type GrowthLoop = S['ConsoleLoopView']
export type Metric = S['ConsoleMetricView']
export type Comparison = S['ConsoleComparisonView']
export type GrowthTrialArm = S['ConsoleCardTrialArm']
export type ShareRow = S['ConsoleShareRow']
export type SharePath = S['ConsoleSharePath']

export type CardTrialRow = S['ConsoleCardExperimentRow']
export type CardTrialInput = S['ConsoleCardExperimentInput']
export type CardTrial = S['ConsoleCardExperimentDetail']
export type CardOutcome = S['ConsoleCardOutcome']
