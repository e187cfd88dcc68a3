/**
 * The learner API's shapes under short names. They are generated: schema.d.ts comes
 * from api/openapi.yaml, and that from the Go views (`make gen`). Names ending
 * `_fen` are integer fen, `_at` UTC milliseconds (0: none), `_ms` milliseconds.
 */
import type { components } from './schema'

type S = components['schemas']

export type Agreement = S['AgreementLink']
export type AgreementKind = Agreement['kind']
export type AgreementText = S['AgreementView']
export type Shop = S['ShopView']
/** One page of a list; an empty `next_cursor` marks the end. */
export interface Page<T> { items: T[]; next_cursor: string }

/** A picture drawn for courses without a cover. */
export type Scene = CourseCard['scene']
export type Category = S['CategoryView']
export type Banner = S['BannerView']
export type CourseCard = S['CourseCard']
export type SearchAnswer = S['SearchView']
export type SearchHit = S['SearchHit']
/** A stretch of a text; hits are what was searched for. */
export type Piece = S['Piece']
export type Suggestion = S['SuggestionView']
export type TagCount = S['TagView']
export type Ranking = S['RankingView']
export type RankingKind = Ranking['kind']
export type Topic = S['TopicView']
export type TopicPage = S['TopicPage']
export type ContinueItem = S['ContinueItem']
export type Home = S['HomeView']
export type OutlineLesson = S['LessonLine']
export type LessonForm = OutlineLesson['form']
export type Chapter = S['ChapterView']
export type Attachment = S['AttachmentView']
export type AttachmentSheet = S['AttachmentSheet']
export type Sku = S['SKUView']
export type CourseDetail = S['CourseDetail']
export type CourseMine = S['MineView']
export type LockedLesson = S['LockedLesson']
/** What the learner is told. */
export type Notice = S['NoticeView']
/** What to do next, and the facts that say so. */
export type Advice = S['AdviceView']
export type StudyWeek = S['WeekView']
export type StudyDay = S['DayView']
export type AlsoCourse = S['AlsoView']
export type StudyHours = S['HoursView']
export type NoticeKind = S['NoticeKind']

export type User = S['UserView']
export type Session = S['SessionView']
export type Consent = S['Consent']
export type ConsentRow = S['ConsentView']
export type Device = S['DeviceView']

/** A bundle, membership or service in a list, and the page of one (also of a lesson sold alone). */
export type GoodsCard = S['GoodsCard']
export type Goods = S['GoodsDetail']
export type GoodsKind = OrderItem['kind']
export type Membership = S['MembershipView']
export type Promotion = S['PromotionView']
/** What runs for a card of a list. */
export type Deal = S['DealView']
export type PersonalPrice = S['PersonalPrice']
export type Coupon = S['CouponView']
export type CouponState = Coupon['state']
export type Group = S['GroupView']
export type Gift = S['GiftView']
export type Bargain = S['BargainView']
export type Points = S['PointsView']
export type OwnService = S['OwnServiceView']
export type PointMove = S['PointMoveView']
export type UpgradeCredit = S['UpgradeView']
export type PersonalPrices = S['PricesView']
export type Invite = S['InviteView']
export type Invitee = S['InviteeView']
export type Commission = S['CommissionView']
export type CommissionEntry = S['CommissionEntryView']
export type Withdrawal = S['WithdrawalView']

export type QuoteLine = S['Line']
export type QuoteSkipped = S['SkippedView']
export type Quote = S['QuoteView']
/** A way to pay that is offered. */
export type PayChannel = S['ChannelView']
/** What is asked for: `group_id` joins a group, `group` alone opens one; no coupons named means the best one. */
export interface QuoteAsk { items: { sku_id: number; quantity: number }[]; gift?: boolean; group?: boolean; group_id?: number; coupon_ids?: number[]; no_coupon?: boolean; points?: boolean }
export type Order = S['OrderView']
export type OrderItem = S['ItemView']
export type OrderStatus = Order['status']
export type OrderState = Order['state']
export type Refund = S['RefundView']
export type RefundStatus = Refund['status']
export type JsapiParams = S['JSAPIParams']
export type VirtualParams = S['VirtualParams']
export type PayAction = S['ActionView']
export type PayAttempt = S['PayView']

export type Learning = S['LearningView']
export type SingleLesson = S['SingleView']
export type Lesson = S['LessonView']
export type LessonClip = S['ClipView']
export type Ebook = S['EbookView']
export type BookChapter = S['ChapterText']
export type BookHit = S['BookHit']
export type AccessReason = Lesson['access']['reason']
export type Sprite = S['SpriteView']
/** `sprite` is null for previews and for audio. */
export type Play = Omit<S['PlayView'], 'sprite'> & { sprite: Sprite | null }
/** What is said in a lesson: marks, subtitles, and the transcript; null when it has none. */
export type LessonTexts = Omit<S['TextsView'], 'transcript'> & { transcript: Transcript | null }
export type Transcript = S['TranscriptView']
export type LessonMark = S['MarkView']
export type SubtitleTrack = S['TrackView']
export type Cue = S['CueView']
export type Beat = Omit<S['BeatRequest'], '$schema'>
export type Progress = S['ProgressView']
/** A document; `pages` are those that may be read. */
export type Document = S['DocumentView']
export type DocumentPage = S['DocumentPageRow']
export type PageLink = S['PageLinkView']
export type DocumentHit = S['HitView']

export type RenewalOffers = S['RenewalOffers']
export type Renewal = S['RenewalView']
export type RenewalCycle = S['RenewalCycleView']
export type InvoiceTerms = S['InvoiceTerms']
/** To whom an invoice is made out; empty fields are left out. */
export type InvoiceTitleInput = S['TitleInput']
export type InvoiceTitle = S['TitleView']
/** A paid order with what of it may be invoiced; `reason` says why nothing may. */
export type InvoiceableOrder = S['InvoiceableOrder']
export type Invoice = S['InvoiceView']
export type InvoiceFile = S['InvoiceFile']

/** A quiz, one attempt at it, a question as it is asked, and what was answered (places as shown, from 0). */
export type Quiz = S['QuizView']
export type Attempt = S['AttemptView']
export type Asked = S['AskedView']
export type QuizReply = S['ReplyView']
export type NumberedReply = S['NumberedReply']
export type SavedReplies = S['SavedView']
export type Practice = S['PracticeView']
export type WrongQuestion = S['WrongView']
export type QuizPoint = S['QuizPointView']
/** A homework before its learner, an own submission, and a review of another's work. */
export type Homework = S['HomeworkView']
export type Submission = S['SubmissionView']
export type HomeworkReview = S['ReviewTaskView']
/** An instructor as everybody sees one; own applications to teach and their papers. */
export type Teacher = S['TeacherPage']
export type TeachingDesk = S['TeachingDesk']
export type TeachingApplication = S['TeachingApplication']
export type TeachingFile = S['TeachingFile']
export type HomeworkFile = S['HomeworkFileView']
/** A lesson that is booked before its learner: its times, and what the learner booked. */
export type BookingDesk = S['BookingDeskView']
export type BookingSlot = S['BookingSlotView']
export type Booking = S['BookingView']
/** What the caller wrote and marked in a lesson, also in the list over all; what others share; questions with answers; favourites. */
export type Note = S['NoteView']
export type KeptNote = S['KeptNoteView']
export type SharedNote = S['SharedNoteView']
export type NoteCourse = S['NoteCourseView']
export type NotePlace = Note['place']
export interface NoteSpot { place?: NotePlace; at?: number; quote?: string; prefix?: string; suffix?: string }
export type Rating = S['RatingView']
export type Ratings = S['RatingsView']
export type OwnRating = S['OwnRatingView']
export type RatingWhy = OwnRating['why']
export type LessonQuestion = S['LessonQuestionView']
export type LessonAnswer = S['LessonAnswerView']
export type LessonQuestionPage = S['LessonQuestionPage']
export type Favourite = S['FavouriteView']
/** A certificate of the caller, how far one is, and what anybody may know of one; `minutes` are studied, `score_permille` -1 is none. */
export type Certificate = S['CertificateView']
export type Certificates = S['CertificatesView']
export type CertificateState = S['CertificateStateView']
export type CertificateShown = Certificate['shown']
export type Card = S['CardView']
export type OpenCard = S['OpenCardView']
export type CardShown = Card['shown']
export type CardReactions = S['CardReactions']
export type CardComment = S['CardCommentView']
export type Comparison = S['CompareView']
export type SignIn = S['SignInView']
export type Share = S['ShareView']
export type ShareMenu = S['MenuView']
export type PageConfig = S['PageConfigView']
export type Shared = S['SharedView']
export type ShareKind = 'school' | 'course' | 'product' | 'card' | 'certificate' | 'challenge' | 'class' | 'campaign'
/** Challenges: what can be joined, a class before one joins, and one that the caller is in. */
export type Challenges = S['ChallengesView']
export type ChallengeClass = S['ClassView']
export type ChallengeHome = S['ChallengeHome']
export type ChallengeTask = S['TaskView']
export type ChallengeMate = S['MateView']
export type SquadPost = S['PostView']
export type ChallengeBoard = S['BoardView']
/** A campaign as one stands in it, its rewards, a draw, and what one got; `odds_ppm` is of a million. */
export type CampaignRow = S['CampaignRow']
export type Campaign = S['CampaignView']
export type Prize = S['PrizeView']
export type Draw = S['DrawView']
export type WonGift = S['PrizeGiftView']
export type PointsShop = S['PointsShopView']
export type Offer = S['OfferView']
export type Redemption = S['RedemptionView']
export type Badges = S['BadgesView']
export type Badge = S['BadgeView']
export type Check = S['CheckView']
export type Channel = Share['channel']
export type PartnerDesk = S['PartnerDesk']
export type PartnerRole = S['PartnerRoleView']
export type OwnPartner = S['OwnPartnerView']
export type PartnerPanel = S['PartnerPanel']
export type PartnerDay = S['PartnerDay']
export type PartnerGood = S['PartnerGood']
export type PartnerMaterial = S['PartnerMaterial']
export type PartnerRanking = S['PartnerRanking']
export type PartnerPlace = S['PartnerPlace']
export type PartnerPrize = S['PartnerPrize']
export type VerifiedCertificate = S['VerifiedView']

/** A live room, a play of it, what was said in it, and what its line tells. */
export type LiveRoom = S['LiveView']
export type LivePlay = S['LivePlayView']
export type LiveMessage = S['MessageEvent']
export type LiveCard = S['Card']
export interface LiveEvent { room?: Omit<LiveRoom, 'messages'>; messages?: LiveMessage[]; online?: number }
