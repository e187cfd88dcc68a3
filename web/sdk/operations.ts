import type * as t from './types'

/** What one operation takes and gives. `raw` is a body sent as it is (an image). */
interface Shape { path?: object; query?: object; body?: unknown; raw?: boolean; res: unknown }
type Op<S extends Shape> = S
type Id = { id: number }
type No = { no: string }
type Cursor = { cursor?: string; limit?: number }

/** Every operation of the learner API by name. Generated types will replace the right-hand sides. */
export interface Operations {
  shop: Op<{ res: t.Shop }>
  agreement: Op<{ path: { kind: t.AgreementKind }; res: t.AgreementText }>
  home: Op<{ res: t.Home }>
  categories: Op<{ res: { items: t.Category[] } }>
  courses: Op<{ query: Cursor & { category?: string; sort?: string }; res: t.Page<t.CourseCard> }>
  search: Op<{ query: Cursor & { q?: string; category?: string; teacher?: number; tag?: string; form?: string; pay?: string; sort?: string }; res: t.SearchAnswer }>
  suggestions: Op<{ query: { q: string }; res: { items: t.Suggestion[] } }>
  hotWords: Op<{ res: { items: { word: string }[] } }>
  tags: Op<{ query: { limit?: number }; res: { items: t.TagCount[] } }>
  ranking: Op<{ path: { kind: t.RankingKind }; query: { limit?: number }; res: t.Ranking }>
  topics: Op<{ query: Cursor; res: t.Page<t.Topic> }>
  topic: Op<{ path: Id; res: t.TopicPage }>
  course: Op<{ path: Id; query: { preview?: string }; res: t.CourseDetail }>
  courseMine: Op<{ path: Id; res: t.CourseMine }>

  sendSms: Op<{ body: { phone?: string; consents?: t.Consent[] }; res: { retry_after_s: number; expires_in_s: number } }>
  loginSms: Op<{ body: { phone: string; code: string; consents: t.Consent[]; invite?: string; visitor?: string; device?: string }; res: t.Session }>
  loginPassword: Op<{ body: { phone: string; password: string; consents: t.Consent[]; device?: string }; res: t.Session }>
  loginMp: Op<{ body: { code: string; consents: t.Consent[]; invite?: string; visitor?: string; device?: string }; res: t.Session }>
  bindMpPhone: Op<{ body: { code: string }; res: t.User }>
  refreshMp: Op<{ body: { code: string }; res: object }>
  logout: Op<{ res: void }>
  me: Op<{ res: t.User }>
  patchMe: Op<{ body: { nickname?: string; large_type?: boolean }; res: t.User }>
  putAvatar: Op<{ body: unknown; raw: true; res: t.User }>
  changePhone: Op<{ body: { phone: string; code: string; own_code?: string }; res: t.User }>
  setPassword: Op<{ body: { password: string; code: string }; res: t.User }>
  devices: Op<{ res: { items: t.Device[] } }>
  dropDevice: Op<{ path: Id; res: void }>
  consent: Op<{ body: t.Consent; res: void }>
  consents: Op<{ res: { items: t.ConsentRow[] } }>
  consentsDue: Op<{ res: { items: t.Agreement[] } }>

  goods: Op<{ query: { kind: 'bundle' | 'membership' | 'service' }; res: { items: t.GoodsCard[] } }>
  goodsOne: Op<{ path: Id; res: t.Goods }>
  lessonGoods: Op<{ path: Id; res: t.Goods }>
  promotions: Op<{ path: Id; res: { items: t.Promotion[] } }>
  membershipsMine: Op<{ res: { items: t.Membership[] } }>
  coupons: Op<{ res: { items: t.Coupon[] } }>
  claimCoupon: Op<{ path: Id; res: void }>
  couponCode: Op<{ body: { code: string }; res: void }>
  wallet: Op<{ query: Cursor; res: t.Page<t.Coupon> }>
  redeem: Op<{ body: { code: string }; res: { title: string } }>
  group: Op<{ path: Id; res: t.Group }>
  groups: Op<{ path: Id; res: { items: t.Group[] } }>
  startBargain: Op<{ body: { promotion_id: number; sku_id: number }; res: t.Bargain }>
  bargain: Op<{ path: Id; res: t.Bargain }>
  helpBargain: Op<{ path: Id; res: { cut_fen: number } }>
  signInState: Op<{ res: t.SignIn }>
  signIn: Op<{ res: t.SignIn }>
  makeUpSignIn: Op<{ body: { day: number }; res: t.SignIn }>
  campaigns: Op<{ res: { items: t.CampaignRow[] } }>
  campaign: Op<{ path: Id; query: { share?: string }; res: t.Campaign }>
  claimPrize: Op<{ path: Id; body: { prize_id: number; device: string }; res: t.WonGift }>
  drawPrize: Op<{ path: Id; body: { key: string; device: string }; res: t.Draw }>
  wonGifts: Op<{ query: Cursor; res: t.Page<t.WonGift> }>
  pointsShop: Op<{ res: t.PointsShop }>
  redeemPoints: Op<{ path: Id; body: { points: number; key: string }; res: t.Redemption }>
  redemptions: Op<{ query: Cursor; res: t.Page<t.Redemption> }>
  badges: Op<{ res: t.Badges }>
  checks: Op<{ query: Cursor; res: t.Page<t.Check> }>
  appealCheck: Op<{ path: Id; body: { words: string }; res: void }>
  points: Op<{ res: t.Points }>
  pointMoves: Op<{ query: Cursor; res: t.Page<t.PointMove> }>
  ownServices: Op<{ query: Cursor; res: t.Page<t.OwnService> }>
  upgrade: Op<{ path: Id; res: { items: t.UpgradeCredit[] } }>
  personalPrices: Op<{ path: Id; body: { visitor?: string }; res: t.PersonalPrices }>
  gifts: Op<{ path: No; res: { items: t.Gift[] } }>
  returnGifts: Op<{ path: No; res: t.Order }>
  gift: Op<{ path: { token: string }; res: t.Gift }>
  receiveGift: Op<{ path: { token: string }; res: void }>

  renewalOffers: Op<{ path: Id; res: t.RenewalOffers }>
  beginRenewal: Op<{ body: { sku_id: number; terms_version: string; terms_confirmed: boolean }; res: { id: number; url: string } }>
  renewals: Op<{ res: { items: t.Renewal[] } }>
  syncRenewal: Op<{ path: Id; res: t.Renewal }>
  cancelRenewal: Op<{ path: Id; res: t.Renewal }>
  invoiceTerms: Op<{ res: t.InvoiceTerms }>
  invoiceTitles: Op<{ res: { items: t.InvoiceTitle[] } }>
  saveInvoiceTitle: Op<{ path: Id; body: t.InvoiceTitleInput; res: { id: number } }>
  dropInvoiceTitle: Op<{ path: Id; res: void }>
  invoiceable: Op<{ query: Cursor & { order?: string }; res: t.Page<t.InvoiceableOrder> }>
  requestInvoice: Op<{ body: { order_nos: string[]; title_id: number; type: 'normal' | 'special' }; res: t.Invoice }>
  invoices: Op<{ query: Cursor; res: t.Page<t.Invoice> }>
  invoice: Op<{ path: No; res: t.Invoice }>
  cancelInvoice: Op<{ path: No; res: t.Invoice }>
  invite: Op<{ res: t.Invite }>
  invitees: Op<{ query: Cursor; res: t.Page<t.Invitee> }>
  joinInviter: Op<{ body: { code: string }; res: void }>
  commission: Op<{ res: t.Commission }>
  commissionEntries: Op<{ query: Cursor; res: t.Page<t.CommissionEntry> }>
  savePayee: Op<{ body: { name: string; number: string; consented: boolean }; res: void }>
  withdrawals: Op<{ query: Cursor; res: t.Page<t.Withdrawal> }>
  withdraw: Op<{ body: { amount_fen: number; identity: t.Withdrawal['identity'] }; res: t.Withdrawal }>
  syncWithdrawal: Op<{ path: Id; res: t.Withdrawal }>
  cancelWithdrawal: Op<{ path: Id; res: void }>

  quote: Op<{ body: t.QuoteAsk; res: t.Quote }>
  placeOrder: Op<{ body: { quote_token: string; terms_confirmed: true }; res: t.Order }>
  orders: Op<{ query: Cursor; res: t.Page<t.Order> }>
  order: Op<{ path: No; res: t.Order }>
  payOrder: Op<{ path: No; body: { return_url: string; channel?: t.PayChannel['channel'] }; res: t.PayAttempt }>
  syncOrder: Op<{ path: No; res: t.Order }>
  closeOrder: Op<{ path: No; res: t.Order }>
  requestRefund: Op<{ path: No; body: { reason: string; item_id?: number }; res: t.Order }>

  learning: Op<{ res: t.Learning }>
  lesson: Op<{ path: Id; res: t.Lesson }>
  lessonTexts: Op<{ path: Id; res: t.LessonTexts }>
  subtitle: Op<{ path: Id & { track_id: number }; res: { cues: t.Cue[] } }>
  play: Op<{ path: Id; query: { asset_id?: number }; res: t.Play }>
  beat: Op<{ path: Id; body: t.Beat; res: t.Progress }>
  endPlay: Op<{ path: Id; res: void }>
  read: Op<{ path: Id; body: { seq: number; position_permille: number; screens: { screen: number; ms: number }[] }; res: t.Progress }>
  document: Op<{ path: Id; res: t.Document }>
  documentPages: Op<{ path: Id; query: { from: number; count?: number }; res: { items: t.PageLink[] } }>
  attachmentSheet: Op<{ path: Id; res: t.AttachmentSheet }>
  attachmentPages: Op<{ path: Id; query: { from: number; count?: number }; res: { items: t.PageLink[] } }>
  documentSearch: Op<{ path: Id; query: { q: string }; res: { items: t.DocumentHit[] } }>
  ebook: Op<{ path: Id; res: t.Ebook }>
  ebookChapter: Op<{ path: Id & { chapter: number }; res: t.BookChapter }>
  ebookSearch: Op<{ path: Id; query: { q: string }; res: { items: t.BookHit[] } }>
  readChapter: Op<{ path: Id & { chapter: number }; body: { seq: number; position_permille: number; screens: { screen: number; ms: number }[] }; res: t.Progress }>
  readPages: Op<{ path: Id; body: { seq: number; page: number; dwells: { page: number; ms: number }[] }; res: t.Progress }>

  quiz: Op<{ path: Id; res: t.Quiz }>
  startAttempt: Op<{ path: Id; res: t.Attempt }>
  attempt: Op<{ path: Id; res: t.Attempt }>
  saveAttempt: Op<{ path: Id; body: { replies: t.NumberedReply[] }; res: t.SavedReplies }>
  submitAttempt: Op<{ path: Id; body: { replies: t.NumberedReply[] }; res: t.Attempt }>
  advice: Op<{ res: { items: t.Advice[] } }>
  studyWeek: Op<{ query: { monday?: string }; res: t.StudyWeek }>
  studyMonth: Op<{ query: { month: string }; res: { days: t.StudyDay[] } }>
  also: Op<{ path: Id; res: { items: t.AlsoCourse[] } }>
  personalization: Op<{ res: { on: boolean } }>
  setPersonalization: Op<{ body: { on: boolean }; res: { on: boolean } }>
  studyHours: Op<{ query: { from: string; to: string }; res: { items: t.StudyHours[]; more: boolean } }>
  reminder: Op<{ res: { hour: number } }>
  setReminder: Op<{ body: { hour: number }; res: { hour: number } }>
  notices: Op<{ query: Cursor; res: t.Page<t.Notice> }>
  unreadNotices: Op<{ res: { count: number } }>
  readNotice: Op<{ path: Id; res: void }>
  readNotices: Op<{ body: { up_to: number }; res: void }>
  noticeKinds: Op<{ res: { items: t.NoticeKind[] } }>
  setNoticeKind: Op<{ path: { kind: string }; body: { on: boolean }; res: { items: t.NoticeKind[] } }>
  wrongQuestions: Op<{ query: Cursor & { course_id?: number }; res: t.Page<t.WrongQuestion> }>
  tryWrong: Op<{ path: Id; body: t.QuizReply; res: t.Practice }>
  forgetWrong: Op<{ path: Id; res: void }>
  instructor: Op<{ path: Id; res: t.Teacher }>
  instructorCourses: Op<{ path: Id; query: Cursor; res: t.Page<t.CourseCard> }>
  teaching: Op<{ res: t.TeachingDesk }>
  applyTeaching: Op<{ body: { name: string; title: string; bio: string; fields: string[]; files: number[] }; res: t.TeachingDesk }>
  withdrawTeaching: Op<{ path: Id; res: void }>
  addTeachingFile: Op<{ query: { name: string }; body: unknown; raw: true; res: t.TeachingFile }>
  dropTeachingFile: Op<{ path: Id; res: void }>
  homework: Op<{ path: Id; res: t.Homework }>
  handIn: Op<{ path: Id; body: { body: string; files: number[]; consent?: boolean }; res: t.Homework }>
  showSubmission: Op<{ path: Id; body: { on: boolean }; res: void }>
  reviewHomework: Op<{ path: Id; body: { points: number[]; comment: string }; res: void }>
  addHomeworkFile: Op<{ path: Id; query: { name: string }; body: unknown; raw: true; res: t.HomeworkFile }>
  dropHomeworkFile: Op<{ path: Id; res: void }>
  booking: Op<{ path: Id; res: t.BookingDesk }>
  book: Op<{ path: Id; body: { slot_id: number; wait?: boolean }; res: t.BookingDesk }>
  myBookings: Op<{ res: { items: t.Booking[] } }>
  cancelBooking: Op<{ path: Id; res: void }>
  checkIn: Op<{ path: Id; body: { code: string }; res: void }>
  lessonNotes: Op<{ path: Id; res: t.Page<t.Note> }>
  sharedNotes: Op<{ path: Id; query: Cursor; res: t.Page<t.SharedNote> }>
  addNote: Op<{ path: Id; body: t.NoteSpot & { body?: string; share?: boolean }; res: t.Note }>
  editNote: Op<{ path: Id; body: { version: number; body: string; share: boolean }; res: t.Note }>
  deleteNote: Op<{ path: Id; res: void }>
  likeNote: Op<{ path: Id; body: { on: boolean }; res: void }>
  myNotes: Op<{ query: Cursor & { course_id?: number; kind?: string; q?: string }; res: t.Page<t.KeptNote> }>
  noteCourses: Op<{ res: t.Page<t.NoteCourse> }>
  exportNotes: Op<{ query: { course_id?: number }; res: { name: string; markdown: string } }>
  courseRating: Op<{ path: Id; res: t.Ratings }>
  courseRatings: Op<{ path: Id; query: Cursor & { stars?: number }; res: t.Page<t.Rating> }>
  ownRating: Op<{ path: Id; res: t.OwnRating }>
  saveRating: Op<{ path: Id; body: { stars: number; body: string; version: number }; res: t.OwnRating }>
  withdrawRating: Op<{ path: Id; res: void }>
  lessonQuestions: Op<{ path: Id; query: Cursor; res: t.Page<t.LessonQuestion> }>
  myLessonQuestions: Op<{ query: Cursor; res: t.Page<t.LessonQuestion> }>
  askLesson: Op<{ path: Id; body: { place?: t.NotePlace; at?: number; quote?: string; body: string }; res: t.LessonQuestion }>
  lessonQuestion: Op<{ path: Id; res: t.LessonQuestionPage }>
  editLessonQuestion: Op<{ path: Id; body: { version: number; body: string }; res: void }>
  deleteLessonQuestion: Op<{ path: Id; res: void }>
  acceptAnswer: Op<{ path: Id; body: { answer_id: number }; res: void }>
  answerLesson: Op<{ path: Id; body: { body: string }; res: t.LessonQuestionPage }>
  editAnswer: Op<{ path: Id; body: { version: number; body: string }; res: void }>
  deleteAnswer: Op<{ path: Id; res: void }>
  likeAnswer: Op<{ path: Id; body: { on: boolean }; res: void }>
  favourites: Op<{ query: Cursor & { kind?: string }; res: t.Page<t.Favourite> }>
  courseFavourite: Op<{ path: Id; res: { on: boolean } }>
  keepCourse: Op<{ path: Id; body: { on: boolean }; res: { on: boolean } }>
  lessonFavourite: Op<{ path: Id; res: { on: boolean } }>
  keepLesson: Op<{ path: Id; body: { on: boolean }; res: { on: boolean } }>
  deleteFavourite: Op<{ path: Id; res: void }>
  certificates: Op<{ res: t.Certificates }>
  certificateName: Op<{ body: { name: string }; res: t.Certificates }>
  showCertificate: Op<{ path: Id; body: { shown: t.CertificateShown }; res: t.Certificates }>
  certificateState: Op<{ path: Id; res: t.CertificateState }>
  claimCertificate: Op<{ path: Id; res: t.Certificate }>
  verifyCertificate: Op<{ path: { code: string }; res: t.VerifiedCertificate }>
  cards: Op<{ query: Cursor; res: t.Page<t.Card> }>
  card: Op<{ path: Id; res: t.Card }>
  showCard: Op<{ path: Id; body: { shown: t.CardShown }; res: t.Card }>
  openCard: Op<{ path: { code: string }; res: t.OpenCard }>
  cardComments: Op<{ path: { code: string }; query: Cursor; res: t.Page<t.CardComment> & { reactions: t.CardReactions } }>
  likeCard: Op<{ path: { code: string }; res: t.CardReactions }>
  unlikeCard: Op<{ path: { code: string }; res: t.CardReactions }>
  commentCard: Op<{ path: { code: string }; body: { body: string; cheer?: boolean; key: string }; res: t.CardComment }>
  dropCardComment: Op<{ path: Id; res: void }>
  compareCard: Op<{ path: { code: string }; body: unknown; raw: true; res: t.Comparison }>
  challenges: Op<{ res: t.Challenges }>
  class: Op<{ path: Id; query: { squad?: string }; res: t.ChallengeClass }>
  playClass: Op<{ path: Id; res: t.Play }>
  joinClass: Op<{ path: Id; body: { hours: number; squad?: string }; res: t.ChallengeHome }>
  leaveClass: Op<{ path: Id; res: void }>
  challenge: Op<{ path: Id; res: t.ChallengeHome }>
  challengeCheckIn: Op<{ path: Id; body: { day?: number; body: string; files: number[] }; res: t.ChallengeHome }>
  addCheckInFile: Op<{ path: Id; query: { name: string }; body: unknown; raw: true; res: t.HomeworkFile }>
  dropCheckInFile: Op<{ path: Id; res: void }>
  foundSquad: Op<{ path: Id; res: t.ChallengeHome }>
  remindMate: Op<{ path: Id & { mate: number }; res: void }>
  squadFeed: Op<{ path: Id; query: Cursor; res: t.Page<t.SquadPost> }>
  likeCheckIn: Op<{ path: Id; body: { on: boolean }; res: void }>
  reviewCheckIn: Op<{ path: Id; body: { body: string }; res: void }>
  challengeBoard: Op<{ path: Id; query: { span: 'week' | 'whole' }; res: t.ChallengeBoard }>
  share: Op<{ body: { kind: t.ShareKind; id?: number; channel: t.Channel; key: string }; res: t.Share }>
  shareMenu: Op<{ body: { kind: t.ShareKind; id?: number }; res: t.ShareMenu }>
  shareUsed: Op<{ body: { code: string }; res: void }>
  wechatPage: Op<{ query: { url: string }; res: t.PageConfig }>
  shares: Op<{ query: Cursor; res: t.Page<t.Shared> }>
  land: Op<{ body: { code: string; visitor: string }; res: { path: string; kind: string } }>
  partner: Op<{ res: t.PartnerDesk }>
  applyPartner: Op<{ body: { role: t.PartnerRole['role']; pitch: string; terms: number }; res: t.PartnerDesk }>
  acceptPartner: Op<{ body: { terms: number }; res: t.PartnerDesk }>
  leavePartner: Op<{ res: t.PartnerDesk }>
  savePartner: Op<{ body: { signs?: boolean; brand?: string; drop_logo?: boolean }; res: t.PartnerDesk }>
  putPartnerLogo: Op<{ body: unknown; raw: true; res: t.PartnerDesk }>
  partnerGuide: Op<{ res: { paragraphs: string[] } }>
  partnerPanel: Op<{ query: { days: number }; res: t.PartnerPanel }>
  partnerGoods: Op<{ query: Cursor; res: t.Page<t.PartnerGood> }>
  partnerMaterials: Op<{ query: Cursor & { kind?: string; product_id?: number }; res: t.Page<t.PartnerMaterial> }>
  partnerRanking: Op<{ query: { month?: number }; res: t.PartnerRanking }>
  scorePartner: Op<{ body: { score: number; words?: string }; res: void }>
  tieVisitor: Op<{ body: { visitor?: string; device?: string }; res: void }>
  live: Op<{ path: Id; res: t.LiveRoom }>
  livePlay: Op<{ path: Id; res: t.LivePlay }>
  liveBeat: Op<{ path: Id; body: { play_id: number }; res: { attended_ms: number; state: t.LiveRoom['state'] } }>
  liveSay: Op<{ path: Id; body: { kind: t.LiveMessage['kind']; body: string }; res: t.LiveMessage }>
  liveSignIn: Op<{ path: Id; res: void }>
  liveRemind: Op<{ path: Id; body: { on: boolean }; res: void }>
  quizPoints: Op<{ path: Id; res: { items: t.QuizPoint[] } }>
  answerPoint: Op<{ path: Id; body: t.QuizReply; res: t.Practice }>
}
