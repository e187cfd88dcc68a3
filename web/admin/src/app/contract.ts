import type { paths } from '@zhizhou/sdk/schema'
import type { addresses, Operations } from './operations'

// Compared at type-check time alone: what this console expects of each operation
// against what the server's own description says. A change of the API that the
// console does not follow fails the type check here, by the operation's name.

/** A value's shape without its enumerations: the description names some of them only in words. */
type Wide<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean
  : T extends readonly (infer U)[] ? Wide<U>[] : T extends object ? { [K in keyof T]: Wide<T[K]> } : T

type Of<K extends keyof Operations> = (typeof addresses)[K] extends `${infer M} ${infer P}`
  ? `/api/console${P}` extends keyof paths
    ? Lowercase<M> extends keyof paths[`/api/console${P}`] ? paths[`/api/console${P}`][Lowercase<M>] : never
    : never
  : never
type Json<C> = C extends { content: { 'application/json': infer R } } ? R : C extends { content: { 'application/octet-stream': unknown } } ? unknown : void
type Answer<G> = G extends { responses: { 200: infer A } } ? Json<A> : void
type Body<G> = G extends { requestBody: infer B } ? Json<B> : never

type Known<K extends keyof Operations> = [Of<K>] extends [never] ? false : true
type Answers<K extends keyof Operations> = Wide<Answer<Of<K>>> extends Wide<Operations[K]['res']> ? true : false
type Sends<K extends keyof Operations> = Operations[K] extends { body: infer B } ? (Wide<B> extends Wide<Body<Of<K>>> ? true : false) : true

/** The operations that the server does not have, answers otherwise, or takes otherwise; each must be `never`. */
export type Strange = {
  unknown: { [K in keyof Operations]: Known<K> extends true ? never : K }[keyof Operations]
  answer: { [K in keyof Operations]: Answers<K> extends true ? never : K }[keyof Operations]
  body: { [K in keyof Operations]: Sends<K> extends true ? never : K }[keyof Operations]
}
const none: { [K in keyof Strange]: [Strange[K]] extends [never] ? true : Strange[K] } = { unknown: true, answer: true, body: true }
export default none
