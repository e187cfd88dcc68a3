import type * as T from './types'

type Id = { id: number }
type Paged = { cursor?: string; limit?: number }
/** Every console operation: its path, query, body and answer. Pages never type a URL. */
export interface Operations {
  login: { body: { login: string; password: string }; res: T.LoginAnswer }
  setPassword: { body: { old: string; password: string }; res: void }
  totp: { body: { code: string }; res: T.Me }
  logout: { res: void }
  me: { res: T.Me }
  totpBegin: { res: { secret: string; url: string } }
  totpEnable: { body: { code: string }; res: { recovery_codes: string[] } }
  overview: { res: T.Overview }
  courses: { query: Paged & { form?: T.CourseForm | ''; status?: string; q?: string }; res: T.Page<T.CourseRow> }
  createCourse: { body: { title: string; form?: T.CourseForm }; res: T.Course }
  course: { path: Id; res: T.Course }
  saveCourse: { path: Id; body: T.CourseInput; res: T.Course }
  publishCourse: { path: Id; body: { publish_at?: number }; res: T.Course }
  unpublishCourse: { path: Id; res: T.Course }
  deleteCourse: { path: Id; res: void }
  addChapter: { path: Id; body: { title: string }; res: T.Made }
  renameChapter: { path: { id: number; chapter_id: number }; body: { title: string }; res: void }
  deleteChapter: { path: { id: number; chapter_id: number }; res: void }
  orderOutline: { path: Id; body: { chapters: { id: number; lesson_ids: number[] }[] }; res: void }
  addLesson: { path: Id; body: { chapter_id: number; title: string; form: T.LessonForm }; res: T.Made }
  lesson: { path: Id; res: T.Lesson }
  saveLesson: { path: Id; body: { title: string; is_free: boolean; preview_ms: number; body_html?: string; asset_id?: number; document_id?: number; ebook_id?: number; preview_pages?: number; in_order?: boolean; opens_at?: number; opens_after_days?: number; after_lesson_id?: number; version?: number }; res: T.Lesson }
  releaseLesson: { path: Id; body: { at: number }; res: T.Lesson }
  withholdLesson: { path: Id; res: T.Lesson }
  deleteLesson: { path: Id; res: void }
  applications: { query: Paged & { state?: T.TeachApplication['state'] }; res: T.Page<T.TeachApplication> }
  application: { path: Id; res: T.TeachApplicationDetail }
  decideApplication: { path: Id; body: { approve: boolean; reason?: string }; res: { instructor_id: number } }
  income: { query: { month?: string; instructor_id?: number }; res: T.Income }
  incomeInstructors: { res: { items: { id: number; name: string }[] } }
  questions: { query: Paged & { kind?: string; tag?: string; difficulty?: number; q?: string }; res: T.Page<T.Question> }
  questionTags: { res: { items: { tag: string; count: number }[] } }
  saveQuestion: { path: Id; body: T.QuestionInput & { version?: number }; res: T.Made }
  deleteQuestion: { path: Id; res: void }
  checkImport: { query: { format: T.ImportFormat }; raw: Blob; res: T.ImportReport }
  runImport: { query: { format: T.ImportFormat; digest: string; tags?: string }; raw: Blob; res: { added: number } }
  paper: { path: Id; res: T.QuizPaper }
  savePaper: { path: Id; body: T.PaperInput; res: void }
  attempts: { path: Id; query: Paged & { state?: string }; res: T.Page<T.QuizAttempt> }
  attempt: { path: Id; res: T.QuizMarking }
  markAttempt: { path: Id; body: { marks: { no: number; score_centi: number; comment?: string }[] }; res: T.QuizMarking }
  live: { path: Id; res: T.LiveRoom }
  planLive: { path: Id; body: { starts_at: number; planned_ms: number; record: boolean; version: number }; res: void }
  liveDo: { path: { id: number; action: T.LiveAction }; body: T.LiveInput; res: void }
  liveSay: { path: Id; body: { body: string }; res: unknown }
  attendance: { path: Id; query: Paged; res: T.Page<T.Attendee> }
  questionStats: { path: Id; res: { items: T.QuestionStat[] } }
  videoPoints: { path: Id; res: { items: T.VideoPoint[] } }
  saveVideoPoints: { path: Id; body: { points: { id?: number; at_ms: number; question_id: number }[] }; res: void }
  captions: { path: Id; res: { items: T.Caption[] } }
  caption: { path: Id & { caption_id: number }; res: { text: string } }
  saveCaption: { path: Id; query: { kind: T.Caption['kind']; language: string }; raw: Blob; res: T.Made }
  deleteCaption: { path: Id & { caption_id: number }; res: void }
  marks: { path: Id; res: { items: T.ChapterMark[] } }
  saveMarks: { path: Id; body: { marks: T.ChapterMark[] }; res: void }
  homework: { path: Id; res: T.Homework }
  saveHomework: { path: Id; body: T.Homework; res: T.Homework }
  booking: { path: Id; res: T.BookingPlan }
  saveBooking: { path: Id; body: T.BookingPlan; res: T.BookingPlan }
  slots: { path: Id; query: Paged & { past?: boolean }; res: T.Page<T.Slot> }
  previewSlots: { path: Id; body: T.SlotSeries; res: { items: { starts_at: number; ends_at: number }[] } }
  addSlots: { path: Id; body: { slots: T.SlotInput[] }; res: { added: number } }
  changeSlot: { path: Id; body: T.SlotInput; res: void }
  setSlot: { path: Id; body: { state: T.Slot['state']; reason?: string }; res: void }
  slotCode: { path: Id; res: { code: string } }
  renewSlotCode: { path: Id; res: { code: string } }
  slotBookings: { path: Id; query: Paged; res: T.Page<T.Booked> }
  markBooking: { path: Id; body: { there: boolean }; res: void }
  removeBooking: { path: Id; body: { reason: string }; res: void }
  submissions: { path: Id; query: Paged & { state?: string }; res: T.Page<T.Work> }
  submissionReviews: { path: Id; res: { items: T.WorkReview[] } }
  markSubmission: { path: Id; body: { points: number[]; comment?: string; return?: boolean; excellent?: boolean }; res: void }
  moderation: { query: Paged & { state?: string; what?: string; course_id?: number }; res: T.Page<T.Case> }
  ratings: { query: Paged & { course_id?: number; stars?: number; state?: string }; res: T.Page<T.RatingRow> }
  replyRating: { path: Id; body: { body: string; replied_at: number }; res: void }
  decideRating: { path: Id; body: { show: boolean; reason?: string; version: number }; res: { done: number; skipped: number } }
  decideCases: { body: { items: T.CaseChoice[]; show: boolean; reason?: string }; res: { done: number; skipped: number } }
  lessonQuestions: { query: Paged & { which?: string; course_id?: number }; res: T.Page<T.DeskQuestion> }
  lessonQuestion: { path: Id; res: T.DeskPage }
  answerQuestion: { path: Id; body: { body: string }; res: T.DeskPage }
  editAnswer: { path: Id; body: { version: number; body: string }; res: void }
  acceptAnswer: { path: Id; body: { answer_id: number }; res: void }
  certificateRule: { path: Id; res: T.CertificateRule }
  growth: { query: { days: number }; res: T.Growth }
  shares: { query: Paged & { kind?: string; channel?: string; user_id?: number }; res: T.Page<T.ShareRow> }
  share: { path: Id; res: T.SharePath }
  shareChildren: { path: Id; query: Paged; res: T.Page<T.ShareRow> }
  cardTrials: { query: Paged; res: T.Page<T.CardTrialRow> }
  cardTrial: { path: Id; res: T.CardTrial }
  saveCardTrial: { path: Id; body: T.CardTrialInput; res: T.Made }
  startCardTrial: { path: Id; res: void }
  stopCardTrial: { path: Id; res: void }
  cardTemplates: { query: Paged; res: T.Page<T.CardTemplateRow> }
  cardHouses: { res: { items: T.HouseTemplate[] } }
  cardTemplate: { path: Id; res: T.CardTemplate }
  saveCardTemplate: { path: Id; body: T.CardTemplateInput; res: T.Made }
  switchCardTemplate: { path: Id; body: { on: boolean }; res: void }
  deleteCardTemplate: { path: Id; res: void }
  previewCard: { body: { kind: T.CardKind; layout: T.CardLayout }; res: { image: string } }
  deskCards: { query: Paged & { course_id?: number; kind?: string; note?: string; code?: string }; res: T.Page<T.DeskCard> }
  revokeCard: { path: Id; body: { reason: string }; res: void }
  saveNote: { path: Id; body: { version: number; mentor: string; body: string }; res: void }
  approveNotes: { body: { items: { id: number; version: number }[] }; res: { done: number; skipped: number } }
  fillNotes: { body: { pattern_id: number; course_id?: number; kind?: string; mentor?: string; after?: number }; res: { made: number; unfit: number; next: number } }
  addVoice: { path: Id; query: { name: string; version: number }; raw: Blob; res: void }
  dropVoice: { path: Id; query: { version: number }; res: void }
  mentorPatterns: { query: { course_id?: number }; res: { items: T.MentorPattern[] } }
  savePattern: { path: Id; body: { version: number; name: string; body: string; course_id: number }; res: T.Made }
  dropPattern: { path: Id; res: void }
  saveCertificateRule: { path: Id; body: T.CertificateRule; res: T.CertificateRule }
  certificates: { path: Id; query: Paged; res: T.Page<T.Certificate> }
  certificateKeys: { res: { items: T.CertificateKey[] } }
  rotateCertificateKey: { res: { items: T.CertificateKey[] } }
  revokeCertificate: { path: Id; body: { reason: string }; res: void }
  reissueCertificate: { path: Id; body: { reason: string; name?: string }; res: T.Certificate }
  addAttachment: { path: Id; query: { name: string; lesson_id?: number }; raw: Blob; res: T.Made }
  reuseFile: { path: Id; body: { file_id: number; lesson_id?: number }; res: T.Made }
  changeAttachment: { path: { id: number; attachment_id: number }; body: { name: string; permission: T.AttachmentPermission }; res: void }
  uploaders: { res: T.Page<{ id: number; name: string }> }
  library: { query: Paged & { folder?: number; form?: T.MaterialForm | ''; state?: string; q?: string; from?: number; to?: number; min_bytes?: number; max_bytes?: number; by?: number }; res: T.Page<T.Material> }
  material: { path: { kind: T.MaterialKind; id: number }; res: { name: string } }
  materialUses: { path: { kind: T.MaterialKind; id: number }; res: T.Page<T.MaterialUse> }
  moveMaterial: { body: { folder_id: number; items: T.MaterialRef[] }; res: void }
  deleteMaterial: { body: { items: T.MaterialRef[] }; res: T.Page<T.RowResult> }
  folders: { res: T.Page<T.Folder> }
  makeFolder: { body: { name: string; parent_id: number }; res: T.Made }
  changeFolder: { path: Id; body: { name: string; parent_id: number }; res: void }
  deleteFolder: { path: Id; query: { up?: boolean }; res: void }
  courseVersions: { path: Id; res: T.Page<T.CourseVersion> }
  takeVersion: { path: Id; body: { remark: string }; res: T.CourseVersion }
  compareVersion: { path: { id: number; version_id: number }; query: { to?: number }; res: T.Page<T.VersionChange> }
  restoreVersion: { path: { id: number; version_id: number }; res: T.CourseVersion }
  courseImport: { path: Id; res: T.CourseImport }
  cloneCourse: { path: Id; body: { prices: boolean }; res: T.Made }
  deleteAttachment: { path: { id: number; attachment_id: number }; res: void }
  saveSku: { path: { id: number; sku_id: number }; body: T.SkuInput; res: T.Made }
  saveRefundPolicy: { path: Id; body: { days: number; max_watched_percent: number }; res: void }
  goods: { query: { kind: T.GoodsKind }; res: T.Page<T.GoodsRow> }
  addGoods: { body: { kind: T.GoodsKind; title?: string; lesson_id?: number }; res: T.Made }
  product: { path: Id; res: T.Goods }
  saveGoods: { path: Id; body: T.GoodsInput; res: T.Goods }
  saveParts: { path: Id; body: { parts: T.Part[] }; res: T.Goods }
  publishGoods: { path: Id; body: { on: boolean }; res: T.Goods }
  promotions: { query: Paged & { status?: string; kind?: string }; res: T.Page<T.Promotion> }
  experiments: { query: Paged; res: T.Page<T.ExperimentRow> }
  experiment: { path: Id; res: T.Experiment }
  saveExperiment: { path: Id; body: T.ExperimentInput; res: T.Made }
  startExperiment: { path: Id; res: void }
  stopExperiment: { path: Id; res: void }
  userPoints: { path: Id; res: T.UserPoints }
  grantPoints: { path: Id; body: { points: number; reason: string }; res: T.UserPoints }
  talkSetting: { res: T.Setting<T.TalkSetting> }
  saveTalkSetting: { body: T.Setting<T.TalkSetting>; res: T.Setting<T.TalkSetting> }
  signInSetting: { res: T.Setting<T.SignInSetting> }
  saveSignInSetting: { body: T.Setting<T.SignInSetting>; res: T.Setting<T.SignInSetting> }
  shareSetting: { res: T.Setting<T.ShareSetting> }
  saveShareSetting: { body: T.Setting<T.ShareSetting>; res: T.Setting<T.ShareSetting> }
  pointsSetting: { res: T.Setting<T.PointsSetting> }
  savePointsSetting: { body: T.Setting<T.PointsSetting>; res: T.Setting<T.PointsSetting> }
  savePromotion: { path: Id; body: T.PromotionInput; res: T.Made }
  switchPromotion: { path: Id; body: { on: boolean }; res: void }
  /** A server that is described as answering 204 sends no words; the page then says so. */
  idlePromotions: { path: Id; res: T.Page<T.IdlePromotion> }
  pricePreview: { body: T.PreviewAsk; res: T.Preview }
  coupons: { query: Paged & { status?: string }; res: T.Page<T.Coupon> }
  saveCoupon: { path: Id; body: T.CouponInput; res: T.Made }
  switchCoupon: { path: Id; body: { on: boolean }; res: void }
  giveCoupon: { path: Id; body: { user_ids: number[] }; res: { given: number } }
  codeBatches: { query: Paged; res: T.Page<T.CodeBatch> }
  makeCodes: { body: { name: string; sku_id: number; size: number; expires_at: number }; res: T.Made }
  revokeCodes: { path: Id; body: { reason: string }; res: void }
  codes: { path: Id; query: { after?: number }; res: T.Page<T.Code> }
  addImage: { query?: { name?: string }; raw: Blob; res: { key: string; url: string; width: number; height: number } }
  importText: { path: Id; query: { name: string }; raw: Blob; res: T.TextImport }
  formulas: { body: { tex: string[]; block: boolean }; res: T.Page<T.Formula> }
  assets: { query: Paged & { status?: string; q?: string }; res: T.Page<T.Asset> }
  asset: { path: Id; res: T.Asset }
  retryAsset: { path: Id; res: void }
  documents: { query: Paged & { status?: '' | 'open' | 'ready' | 'failed'; q?: string }; res: T.Page<T.PaperRow> }
  deleteDocument: { path: Id; res: void }
  ebooks: { query: Paged & { q?: string }; res: T.Page<T.Book> }
  deleteEbook: { path: Id; res: void }
  document: { path: Id; res: T.Paper }
  retryDocument: { path: Id; res: void }
  instructors: { res: T.Page<T.Instructor> }
  saveInstructor: { path: Id; body: { name: string; title: string; bio: string; avatar?: string }; res: T.Made }
  categories: { res: T.Page<T.Category> }
  saveCategory: { path: Id; body: { name: string; slug: string; position?: number }; res: T.Made }
  deleteCategory: { path: Id; res: void }
  banners: { res: T.Page<T.Banner> }
  searchWords: { query: { kind: 'hot' | 'none' | 'marked'; days?: number }; res: T.Page<T.SearchWord> }
  markWord: { body: { word: string; mark: T.SearchMark }; res: void }
  synonyms: { res: T.Page<T.Synonym> }
  saveSynonym: { path: Id; body: { words: string[] }; res: T.Made }
  deleteSynonym: { path: Id; res: void }
  challenges: { query: Paged & { archived?: boolean }; res: T.Page<T.Challenge> }
  challenge: { path: Id; res: T.Challenge }
  makeChallenge: { body: T.ChallengeInput; res: T.Challenge }
  saveChallenge: { path: Id; body: T.ChallengeInput; res: T.Challenge }
  archiveChallenge: { path: Id; body: { on: boolean }; res: void }
  classes: { query: Paged & { challenge_id?: number; state?: string }; res: T.Page<T.ChallengeClass> }
  class: { path: Id; res: T.ChallengeClass }
  openClass: { path: Id; body: T.ClassEdit & T.ClassPrice & { mode: T.ChallengeClass['mode']; starts_on: number; admits: T.ChallengeClass['admits'] }; res: T.ChallengeClass }
  editClass: { path: Id; body: T.ClassEdit & { version: number }; res: T.ChallengeClass }
  setClass: { path: Id; body: { state: T.ChallengeClass['state']; reason?: string }; res: void }
  classMembers: { path: Id; query: Paged & { state?: string }; res: T.Page<T.ClassMember> }
  removeMember: { path: Id; body: { user_id: number; reason: string }; res: void }
  classTeachers: { res: { items: { id: number; name: string }[] } }
  setClassLeader: { path: Id; body: { teacher_id: number }; res: void }
  classCases: { path: Id; query: Paged & { state?: string }; res: T.Page<T.Case> }
  decideClassCases: { path: Id; body: { items: T.CaseChoice[]; show: boolean; reason?: string }; res: { done: number; skipped: number } }
  classCaseFiles: { path: Id & { check_in: number }; res: { items: T.CheckInFile[] } }
  classWeek: { path: Id; query: { week?: number }; res: T.ClassWeek }
  awardMember: { path: Id & { member: number }; body: { week: number; review: string; material: string }; res: T.ClassWeek }
  awardFile: { path: Id & { member: number }; query: { week: number; name: string }; raw: Blob; res: T.ClassWeek }
  checkInFiles: { path: Id; res: { items: T.CheckInFile[] } }
  topics: { query: Paged & { status?: string }; res: T.Page<T.TopicRow> }
  topic: { path: Id; res: T.Topic }
  saveTopic: { path: Id; body: T.TopicInput; res: T.Made }
  publishTopic: { path: Id; body: { on: boolean }; res: void }
  deleteTopic: { path: Id; res: void }
  saveBanner: { path: Id; body: T.BannerInput; res: T.Made }
  deleteBanner: { path: Id; res: void }
  orders: { query: Paged & { state?: string; user_id?: number; q?: string; from?: number; to?: number; kind?: string; channel?: string }; res: T.Page<T.OrderRow> }
  order: { path: { no: string }; res: T.Order }
  syncOrder: { path: { no: string }; res: T.Order }
  refundOrder: { path: { no: string }; body: { item_id?: number; amount_fen: number; reason: string }; res: T.Order }
  refunds: { query: Paged & { status?: string }; res: T.Page<T.Refund> }
  decideRefund: { path: Id; body: { approve: boolean; reply: string }; res: T.Refund }
  retryRefund: { path: Id; body: { reason: string }; res: void }
  checkRefund: { path: Id; res: T.Refund }
  services: { query: Paged; res: T.Page<T.WaitingService> }
  giveService: { path: { no: string; id: number }; body: { note: string; given_at?: number }; res: T.Order }
  shipments: { query: Paged & { state?: T.ShipmentState | '' }; res: T.Page<T.Shipment> }
  retryShipment: { path: Id; body: { reason: string }; res: void }
  held: { query: Paged & { state?: string; no?: string }; res: T.Page<T.Held> }
  decideHeld: { path: Id; body: { decision: 'refund' | 'match' | 'explain'; note: string }; res: T.Held }
  bills: { query: Paged & { source?: T.BillSource | ''; open?: boolean }; res: T.Page<T.Bill> }
  runBill: { body: { source: T.BillSource; day: number }; res: T.Bill }
  billDifferences: { query: Paged & { bill_id: number; result?: T.BillResult | ''; open?: boolean }; res: T.Page<T.BillLine> }
  resolveDifference: { path: Id; body: { action: 'repair' | 'book' | 'explain'; reason: string }; res: T.BillLine }
  trialBalance: { res: T.Trial }
  taxReport: { query: { month: string }; res: T.Page<T.TaxLine> }
  revenueReport: { query: { month: string }; res: T.RevenueMonth }
  clearing: { res: T.Page<T.Clearing> }
  payouts: { query: Paged & { source?: T.BillSource | ''; state?: T.PayoutState | '' }; res: T.Page<T.Payout> }
  addPayout: { body: { source: T.BillSource; amount_fen: number; bank_day: number; reference: string; note: string }; res: T.Payout }
  confirmPayout: { path: Id; res: T.Payout }
  dropPayout: { path: Id; body: { reason: string }; res: T.Payout }
  undoPayout: { path: Id; body: { reason: string }; res: T.Payout }
  exports: { query: Paged; res: T.Page<T.ExportFile> }
  exportFile: { path: Id; res: T.ExportFile }
  bulkLessons: { path: { id: number }; body: T.BulkLessons; res: { items: T.BulkRow[] } }
  bulkCourses: { body: T.BulkCourses; res: { items: T.BulkRow[] } }
  askExport: { body: T.ExportInput; res: T.ExportFile }
  orderTrail: { path: { no: string }; res: T.Trail }
  invoices: { query: Paged & { status?: T.InvoiceStatus | ''; number?: string }; res: T.Page<T.InvoiceRow> }
  invoiceCounts: { res: { requested: number; issuing: number; red_requested: number } }
  invoice: { path: Id; res: T.Invoice }
  takeInvoice: { path: Id; res: T.Invoice }
  issueInvoice: { path: Id; body: T.IssueInput; res: T.Invoice }
  rejectInvoice: { path: Id; body: { reason: string }; res: T.Invoice }
  redInvoice: { path: Id; body: { reason: T.RedReason; note: string }; res: T.Invoice }
  issueRedInvoice: { path: Id; body: T.IssueInput; res: T.Invoice }
  invoiceTax: { query: { from: number; to: number }; res: T.Page<T.RateSum> }
  withdrawals: { query: Paged & { status?: string; user_id?: number }; res: T.Page<T.Withdrawal> }
  decideWithdrawal: { path: Id; body: { approve: boolean; reply: string }; res: T.Withdrawal }
  checkWithdrawal: { path: Id; res: T.Withdrawal }
  cancelWithdrawal: { path: Id; body: { reason: string }; res: T.Withdrawal }
  giveUpWithdrawal: { path: Id; body: { reason: string }; res: T.Withdrawal }
  commissionTerms: { res: T.CommissionTerms }
  saveCommissionTerms: { body: T.CommissionTerms; res: void }
  commissionRules: { query: Paged; res: T.Page<T.CommissionRule> }
  riskCases: { query: Paged & { state: T.RiskCaseState }; res: T.Page<T.RiskCase> }
  riskCase: { path: Id; res: T.RiskCaseView }
  riskWaiting: { res: T.RiskWaiting }
  decideRisk: { path: Id; body: { cleared: boolean; reason: string }; res: void }
  riskRules: { res: T.RiskRules }
  saveRiskRule: { path: Id; body: T.RiskRuleInput; res: void }
  saveRiskBands: { body: T.RiskBands; res: void }
  campaigns: { query: Paged; res: T.Page<T.CampaignRow> }
  campaign: { path: Id; res: T.Campaign }
  saveCampaign: { path: Id; body: T.CampaignInput; res: T.Made }
  moveCampaign: { path: Id; body: { to: 'running' | 'paused' | 'ended'; reason?: string }; res: void }
  campaignDraws: { path: Id; query: Paged; res: T.Page<T.CampaignDraw> }
  campaignGifts: { path: Id; query: Paged; res: T.Page<T.CampaignGift> }
  shopGoods: { res: T.Page<T.ShopGoods> }
  saveShopGoods: { path: Id; body: T.ShopGoodsInput; res: T.Made }
  shopRedemptions: { query: Paged; res: T.Page<T.ShopRedemption> }
  badgeRules: { res: T.Page<T.BadgeRule> }
  saveBadgeRule: { path: Id; body: T.BadgeInput; res: T.Made }
  saveCommissionRule: { path: Id; body: T.CommissionRuleInput; res: T.Made }
  switchCommissionRule: { path: Id; body: { on: boolean }; res: void }
  commissionAccounts: { query: Paged & { user_id?: number }; res: T.Page<T.CommissionAccount> }
  commissionStatement: { query: { user_id?: number; from: number; until: number; after?: number }; res: T.Page<T.CommissionMove> }
  payeeReport: { body: { from: number; until: number; after?: number; reason: string }; res: T.Page<T.PayeeRow> }
  dropPayee: { path: Id; body: { reason: string }; res: void }
  partners: { query: Paged & { role?: string; state?: string; user_id?: number; brand_waits?: boolean }; res: T.Page<T.PartnerRow> }
  partner: { path: Id; res: T.PartnerRow }
  invitePartner: { body: { user_id: number; role: T.PartnerRow['role']; reason: string }; res: void }
  decidePartner: { path: Id; body: { to: 'active' | 'rejected' | 'suspended' | 'ended'; reason: string }; res: T.PartnerRow }
  showBrand: { path: Id; body: { shown: boolean; brand: string; logo: string }; res: void }
  partnerRoles: { res: { items: T.PartnerRole[] } }
  savePartnerRole: { path: { role: string }; body: T.PartnerRoleSetting; res: void }
  savePartnerTerms: { path: { role: string }; body: { version: number; body: string }; res: void }
  partnerMaterials: { query: Paged; res: T.Page<T.PartnerMaterial> }
  savePartnerMaterial: { path: Id; body: T.PartnerMaterialInput; res: T.Made }
  switchPartnerMaterial: { path: Id; body: { on: boolean }; res: void }
  partnerRanking: { query: { month?: number }; res: T.PartnerMonth }
  savePartnerPlan: { path: { month: number }; body: T.PartnerPlan; res: T.PartnerMonth }
  endPartnerReward: { path: Id; body: { reason: string }; res: void }
  partnerFigures: { query: { from: number; until: number }; res: T.PartnerFigures }
  partnerScores: { query: Paged & { month?: number }; res: T.Page<T.PartnerSaid> }
  partnerSetting: { res: T.Setting<T.PartnerSetting> }
  savePartnerSetting: { body: T.Setting<T.PartnerSetting>; res: T.Setting<T.PartnerSetting> }
  referralSetting: { res: T.Setting<T.ReferralSetting> }
  saveReferralSetting: { body: T.Setting<T.ReferralSetting>; res: T.Setting<T.ReferralSetting> }
  users: { query: Paged & { q?: string }; res: T.Page<T.UserRow> }
  user: { path: Id; res: T.UserDetail }
  endDevice: { path: { id: number; device_id: number }; res: void }
  staff: { res: T.Page<T.Staff> }
  addStaff: { body: { login: string; name: string; role: T.Role; password: string; instructor_id?: number }; res: T.Made }
  saveStaff: { path: Id; body: T.StaffChange; res: void }
  audit: { query: Paged & { action?: string; target?: string; staff_id?: number; from?: number; to?: number }; res: T.Page<T.AuditRow> }
  auditStaff: { res: { items: { id: number; name: string }[] } }
  shopSetting: { res: T.Setting<T.ShopSetting> }
  saveShopSetting: { body: T.Setting<T.ShopSetting>; res: T.Setting<T.ShopSetting> }
  wechatSetting: { res: T.Setting<T.WechatSetting> }
  saveWechatSetting: { body: T.Setting<T.WechatSetting>; res: T.Setting<T.WechatSetting> }
  paymentSetting: { res: T.Setting<T.PaymentSetting> }
  savePaymentSetting: { body: T.Setting<T.PaymentSetting>; res: T.Setting<T.PaymentSetting> }
  agreements: { res: T.Page<T.Agreement> }
  agreementVersion: { path: { kind: T.AgreementKind; version: string }; res: T.AgreementText }
  saveDraft: { path: { kind: T.AgreementKind }; body: T.DraftInput; res: T.Draft }
  dropDraft: { path: { kind: T.AgreementKind }; res: void }
  publishDraft: { path: { kind: T.AgreementKind }; body: { revision: number; effective_at: number }; res: T.AgreementText }
  invoiceSetting: { res: T.Setting<T.InvoiceSetting> }
  saveInvoiceSetting: { body: T.Setting<T.InvoiceSetting>; res: T.Setting<T.InvoiceSetting> }
  renewals: { query: Paged & { state?: string }; res: T.Page<T.Contract> }
  renewal: { path: { id: number }; res: T.ContractDetail }
  cancelRenewal: { path: { id: number }; body: { reason: string }; res: void }
  renewalSetting: { res: T.Setting<T.RenewalSetting> }
  saveRenewalSetting: { body: T.Setting<T.RenewalSetting>; res: T.Setting<T.RenewalSetting> }
  mailSetting: { res: T.Setting<T.MailSetting> }
  saveMailSetting: { body: T.Setting<T.MailSetting>; res: T.Setting<T.MailSetting> }
  testMail: { body: { to: string }; res: void }
  testChannel: { body: { channel: string }; res: T.ChannelTest }
  outside: { res: { sandbox: boolean; addresses: Record<string, string> } }
}

/** Method and address of each operation, below /api/console. */
export const addresses = {
  login: 'POST /auth/login', totp: 'POST /auth/totp', logout: 'POST /auth/logout', me: 'GET /me', totpBegin: 'POST /me/totp/begin', totpEnable: 'POST /me/totp/enable',
  overview: 'GET /overview',
  courses: 'GET /courses', createCourse: 'POST /courses', course: 'GET /courses/{id}', saveCourse: 'PUT /courses/{id}', publishCourse: 'POST /courses/{id}/publish',
  unpublishCourse: 'POST /courses/{id}/unpublish', deleteCourse: 'DELETE /courses/{id}',
  addChapter: 'POST /courses/{id}/chapters', renameChapter: 'PATCH /courses/{id}/chapters/{chapter_id}', deleteChapter: 'DELETE /courses/{id}/chapters/{chapter_id}',
  orderOutline: 'PUT /courses/{id}/outline', addLesson: 'POST /courses/{id}/lessons', lesson: 'GET /lessons/{id}', saveLesson: 'PUT /lessons/{id}', deleteLesson: 'DELETE /lessons/{id}', importText: 'POST /lessons/{id}/import', formulas: 'POST /formulas', releaseLesson: 'POST /lessons/{id}/release', withholdLesson: 'POST /lessons/{id}/withhold',
  applications: 'GET /instructor-applications', application: 'GET /instructor-applications/{id}', decideApplication: 'POST /instructor-applications/{id}/decision', income: 'GET /income', incomeInstructors: 'GET /income/instructors',
  questions: 'GET /questions', questionTags: 'GET /question-tags', saveQuestion: 'PUT /questions/{id}', deleteQuestion: 'DELETE /questions/{id}',
  checkImport: 'POST /question-imports/check', runImport: 'POST /question-imports', paper: 'GET /lessons/{id}/paper', savePaper: 'PUT /lessons/{id}/paper',
  live: 'GET /lessons/{id}/live', planLive: 'PUT /lessons/{id}/live', liveDo: 'POST /lessons/{id}/live/{action}', liveSay: 'POST /lessons/{id}/live/messages', attendance: 'GET /lessons/{id}/live/attendance',
  attempts: 'GET /lessons/{id}/attempts', attempt: 'GET /attempts/{id}', markAttempt: 'POST /attempts/{id}/marks', questionStats: 'GET /lessons/{id}/question-stats',
  videoPoints: 'GET /lessons/{id}/quiz-points', saveVideoPoints: 'PUT /lessons/{id}/quiz-points',
  captions: 'GET /lessons/{id}/captions', caption: 'GET /lessons/{id}/captions/{caption_id}', saveCaption: 'POST /lessons/{id}/captions', deleteCaption: 'DELETE /lessons/{id}/captions/{caption_id}',
  marks: 'GET /lessons/{id}/marks', saveMarks: 'PUT /lessons/{id}/marks',
  booking: 'GET /lessons/{id}/booking', saveBooking: 'PUT /lessons/{id}/booking', slots: 'GET /lessons/{id}/slots', previewSlots: 'POST /lessons/{id}/slots/preview', addSlots: 'POST /lessons/{id}/slots',
  changeSlot: 'PUT /booking-slots/{id}', setSlot: 'POST /booking-slots/{id}/state', slotCode: 'GET /booking-slots/{id}/code', renewSlotCode: 'POST /booking-slots/{id}/code',
  slotBookings: 'GET /booking-slots/{id}/bookings', markBooking: 'POST /bookings/{id}/mark', removeBooking: 'POST /bookings/{id}/cancel',
  homework: 'GET /lessons/{id}/homework', saveHomework: 'PUT /lessons/{id}/homework', submissions: 'GET /lessons/{id}/submissions',
  submissionReviews: 'GET /submissions/{id}/reviews', markSubmission: 'POST /submissions/{id}/mark',
  ratings: 'GET /ratings', replyRating: 'PUT /ratings/{id}/reply', decideRating: 'PUT /ratings/{id}/shown',
  moderation: 'GET /moderation', decideCases: 'POST /moderation', lessonQuestions: 'GET /lesson-questions', lessonQuestion: 'GET /lesson-questions/{id}',
  answerQuestion: 'POST /lesson-questions/{id}/answers', editAnswer: 'PUT /lesson-answers/{id}', acceptAnswer: 'PUT /lesson-questions/{id}/accepted',
  growth: 'GET /growth', shares: 'GET /shares', share: 'GET /shares/{id}', shareChildren: 'GET /shares/{id}/children',
  cardTrials: 'GET /card-experiments', cardTrial: 'GET /card-experiments/{id}', saveCardTrial: 'PUT /card-experiments/{id}', startCardTrial: 'POST /card-experiments/{id}/start', stopCardTrial: 'POST /card-experiments/{id}/stop',
  cardTemplates: 'GET /card-templates', cardHouses: 'GET /card-houses', cardTemplate: 'GET /card-templates/{id}', saveCardTemplate: 'PUT /card-templates/{id}', switchCardTemplate: 'POST /card-templates/{id}/switch',
  deleteCardTemplate: 'DELETE /card-templates/{id}', previewCard: 'POST /card-preview', deskCards: 'GET /cards', revokeCard: 'POST /cards/{id}/revoke', saveNote: 'PUT /cards/{id}/note',
  approveNotes: 'POST /mentor-notes/approve', fillNotes: 'POST /mentor-notes/fill', addVoice: 'POST /cards/{id}/voice', dropVoice: 'DELETE /cards/{id}/voice',
  mentorPatterns: 'GET /mentor-patterns', savePattern: 'PUT /mentor-patterns/{id}', dropPattern: 'DELETE /mentor-patterns/{id}',
  certificateRule: 'GET /courses/{id}/certificate-rule', saveCertificateRule: 'PUT /courses/{id}/certificate-rule', certificates: 'GET /courses/{id}/certificates',
  certificateKeys: 'GET /certificate-keys', rotateCertificateKey: 'POST /certificate-keys', revokeCertificate: 'POST /certificates/{id}/revoke', reissueCertificate: 'POST /certificates/{id}/reissue',
  addAttachment: 'POST /courses/{id}/attachments', deleteAttachment: 'DELETE /courses/{id}/attachments/{attachment_id}',
  reuseFile: 'POST /courses/{id}/attachments/reuse', changeAttachment: 'PUT /courses/{id}/attachments/{attachment_id}',
  library: 'GET /library', uploaders: 'GET /library/uploaders', material: 'GET /library/{kind}/{id}', materialUses: 'GET /library/{kind}/{id}/uses', moveMaterial: 'POST /library/move', deleteMaterial: 'POST /library/delete',
  folders: 'GET /folders', makeFolder: 'POST /folders', changeFolder: 'PUT /folders/{id}', deleteFolder: 'DELETE /folders/{id}',
  courseVersions: 'GET /courses/{id}/versions', takeVersion: 'POST /courses/{id}/versions', compareVersion: 'GET /courses/{id}/versions/{version_id}/changes',
  restoreVersion: 'POST /courses/{id}/versions/{version_id}/restore', courseImport: 'GET /courses/{id}/import', cloneCourse: 'POST /courses/{id}/clone',
  saveSku: 'PUT /products/{id}/skus/{sku_id}', saveRefundPolicy: 'PUT /products/{id}/refund-policy', addImage: 'POST /images',
  goods: 'GET /products', addGoods: 'POST /products', product: 'GET /products/{id}', saveGoods: 'PUT /products/{id}', saveParts: 'PUT /products/{id}/parts', publishGoods: 'POST /products/{id}/publish',
  promotions: 'GET /promotions', savePromotion: 'PUT /promotions/{id}', switchPromotion: 'POST /promotions/{id}/switch', pricePreview: 'POST /price-preview',
  idlePromotions: 'GET /products/{id}/idle-promotions',
  experiments: 'GET /experiments', experiment: 'GET /experiments/{id}', saveExperiment: 'PUT /experiments/{id}', startExperiment: 'POST /experiments/{id}/start', stopExperiment: 'POST /experiments/{id}/stop',
  userPoints: 'GET /users/{id}/points', grantPoints: 'POST /users/{id}/points', talkSetting: 'GET /settings/talk', saveTalkSetting: 'PUT /settings/talk', signInSetting: 'GET /settings/sign_in', saveSignInSetting: 'PUT /settings/sign_in', shareSetting: 'GET /settings/share', saveShareSetting: 'PUT /settings/share', pointsSetting: 'GET /settings/points', savePointsSetting: 'PUT /settings/points',
  riskCases: 'GET /risk/cases', riskCase: 'GET /risk/cases/{id}', riskWaiting: 'GET /risk/waiting', decideRisk: 'POST /risk/cases/{id}/decide', riskRules: 'GET /risk/rules', saveRiskRule: 'PUT /risk/rules/{id}', saveRiskBands: 'PUT /risk/bands',
  campaigns: 'GET /campaigns', campaign: 'GET /campaigns/{id}', saveCampaign: 'PUT /campaigns/{id}', moveCampaign: 'POST /campaigns/{id}/state', campaignDraws: 'GET /campaigns/{id}/draws', campaignGifts: 'GET /campaigns/{id}/gifts',
  shopGoods: 'GET /points-shop', saveShopGoods: 'PUT /points-shop/{id}', shopRedemptions: 'GET /points-shop-redemptions', badgeRules: 'GET /badges', saveBadgeRule: 'PUT /badges/{id}',
  coupons: 'GET /coupons', saveCoupon: 'PUT /coupons/{id}', switchCoupon: 'POST /coupons/{id}/switch', giveCoupon: 'POST /coupons/{id}/give',
  codeBatches: 'GET /code-batches', makeCodes: 'POST /code-batches', revokeCodes: 'POST /code-batches/{id}/revoke', codes: 'GET /code-batches/{id}/codes',
  assets: 'GET /assets', asset: 'GET /assets/{id}', retryAsset: 'POST /assets/{id}/retry',
  ebooks: 'GET /ebooks', deleteEbook: 'DELETE /ebooks/{id}',
  documents: 'GET /documents', deleteDocument: 'DELETE /documents/{id}', document: 'GET /documents/{id}', retryDocument: 'POST /documents/{id}/retry',
  instructors: 'GET /instructors', saveInstructor: 'PUT /instructors/{id}', categories: 'GET /categories', saveCategory: 'PUT /categories/{id}', deleteCategory: 'DELETE /categories/{id}',
  searchWords: 'GET /search/words', markWord: 'PUT /search/marks', synonyms: 'GET /synonyms', saveSynonym: 'PUT /synonyms/{id}', deleteSynonym: 'DELETE /synonyms/{id}',
  challenges: 'GET /challenges', challenge: 'GET /challenges/{id}', makeChallenge: 'POST /challenges', saveChallenge: 'PUT /challenges/{id}', archiveChallenge: 'PUT /challenges/{id}/archived',
  classes: 'GET /classes', class: 'GET /classes/{id}', openClass: 'POST /challenges/{id}/classes', editClass: 'PUT /classes/{id}', setClass: 'PUT /classes/{id}/state',
  classTeachers: 'GET /class-teachers', setClassLeader: 'PUT /classes/{id}/leader', classCases: 'GET /classes/{id}/check-ins', decideClassCases: 'POST /classes/{id}/check-ins', classCaseFiles: 'GET /classes/{id}/check-ins/{check_in}/files',
  classMembers: 'GET /classes/{id}/members', removeMember: 'POST /classes/{id}/remove', classWeek: 'GET /classes/{id}/top', awardMember: 'PUT /classes/{id}/top/{member}', awardFile: 'PUT /classes/{id}/top/{member}/file', checkInFiles: 'GET /check-ins/{id}/files',
  topics: 'GET /topics', topic: 'GET /topics/{id}', saveTopic: 'PUT /topics/{id}', publishTopic: 'POST /topics/{id}/publish', deleteTopic: 'DELETE /topics/{id}',
  banners: 'GET /banners', saveBanner: 'PUT /banners/{id}', deleteBanner: 'DELETE /banners/{id}',
  orders: 'GET /orders', order: 'GET /orders/{no}', syncOrder: 'POST /orders/{no}/sync', refundOrder: 'POST /orders/{no}/refunds',
  refunds: 'GET /refunds', decideRefund: 'POST /refunds/{id}/decide', retryRefund: 'POST /refunds/{id}/retry',
  checkRefund: 'POST /refunds/{id}/check', services: 'GET /services', giveService: 'POST /orders/{no}/services/{id}', shipments: 'GET /shipments', retryShipment: 'POST /shipments/{id}/retry', setPassword: 'PUT /me/password', held: 'GET /held-payments', decideHeld: 'POST /held-payments/{id}/decide',
  bills: 'GET /bills', runBill: 'POST /bills/run', billDifferences: 'GET /bill-differences', resolveDifference: 'POST /bill-differences/{id}/resolve',
  trialBalance: 'GET /ledger/balances', taxReport: 'GET /ledger/tax', revenueReport: 'GET /ledger/revenue',
  clearing: 'GET /clearing', payouts: 'GET /payouts', addPayout: 'POST /payouts', confirmPayout: 'POST /payouts/{id}/confirm', dropPayout: 'POST /payouts/{id}/drop',
  undoPayout: 'POST /payouts/{id}/undo', exports: 'GET /exports', exportFile: 'GET /exports/{id}', askExport: 'POST /exports', bulkLessons: 'POST /courses/{id}/lessons/bulk', bulkCourses: 'POST /courses/bulk', orderTrail: 'GET /orders/{no}/trail',
  invoices: 'GET /invoices', invoiceCounts: 'GET /invoice-counts', invoice: 'GET /invoices/{id}', takeInvoice: 'POST /invoices/{id}/take', issueInvoice: 'POST /invoices/{id}/issue',
  rejectInvoice: 'POST /invoices/{id}/reject', redInvoice: 'POST /invoices/{id}/red', issueRedInvoice: 'POST /invoices/{id}/red/issue', invoiceTax: 'GET /invoice-tax',
  withdrawals: 'GET /withdrawals', decideWithdrawal: 'POST /withdrawals/{id}/decide', checkWithdrawal: 'POST /withdrawals/{id}/check',
  cancelWithdrawal: 'POST /withdrawals/{id}/cancel', giveUpWithdrawal: 'POST /withdrawals/{id}/give-up',
  commissionTerms: 'GET /commission/terms', saveCommissionTerms: 'PUT /commission/terms', commissionRules: 'GET /commission/rules',
  saveCommissionRule: 'PUT /commission/rules/{id}', switchCommissionRule: 'POST /commission/rules/{id}/switch',
  commissionAccounts: 'GET /commission/accounts', commissionStatement: 'GET /commission/statement', payeeReport: 'POST /commission/payee-report', dropPayee: 'POST /commission/payees/{id}/drop',
  partners: 'GET /partners', partner: 'GET /partners/{id}', invitePartner: 'POST /partners', decidePartner: 'POST /partners/{id}/state', showBrand: 'POST /partners/{id}/brand',
  partnerRoles: 'GET /partner-roles', savePartnerRole: 'PUT /partner-roles/{role}', savePartnerTerms: 'PUT /partner-roles/{role}/terms', partnerMaterials: 'GET /partner-materials',
  savePartnerMaterial: 'PUT /partner-materials/{id}', switchPartnerMaterial: 'POST /partner-materials/{id}/switch', partnerRanking: 'GET /partner-ranking', savePartnerPlan: 'PUT /partner-plans/{month}', endPartnerReward: 'POST /partner-places/{id}/end', partnerFigures: 'GET /partner-figures', partnerScores: 'GET /partner-scores',
  partnerSetting: 'GET /settings/partner', savePartnerSetting: 'PUT /settings/partner',
  referralSetting: 'GET /settings/referral', saveReferralSetting: 'PUT /settings/referral',
  users: 'GET /users', user: 'GET /users/{id}', endDevice: 'DELETE /users/{id}/devices/{device_id}',
  staff: 'GET /staff', addStaff: 'POST /staff', saveStaff: 'PUT /staff/{id}', audit: 'GET /audit', auditStaff: 'GET /audit/staff',
  shopSetting: 'GET /settings/shop', saveShopSetting: 'PUT /settings/shop', wechatSetting: 'GET /settings/wechat', saveWechatSetting: 'PUT /settings/wechat',
  agreements: 'GET /agreements', agreementVersion: 'GET /agreements/{kind}/versions/{version}', saveDraft: 'PUT /agreements/{kind}/draft',
  dropDraft: 'DELETE /agreements/{kind}/draft', publishDraft: 'POST /agreements/{kind}/publish',
  renewals: 'GET /renewals', renewal: 'GET /renewals/{id}', cancelRenewal: 'POST /renewals/{id}/cancel', renewalSetting: 'GET /settings/renewal', saveRenewalSetting: 'PUT /settings/renewal',
  invoiceSetting: 'GET /settings/invoice', saveInvoiceSetting: 'PUT /settings/invoice', mailSetting: 'GET /settings/mail', saveMailSetting: 'PUT /settings/mail', testMail: 'POST /settings/mail/test',
  paymentSetting: 'GET /settings/payment', savePaymentSetting: 'PUT /settings/payment', testChannel: 'POST /settings/payment/test', outside: 'GET /outside',
} as const satisfies Record<keyof Operations, string>
