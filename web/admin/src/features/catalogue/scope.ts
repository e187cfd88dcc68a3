import type { Scope } from '@/app/types'

/** A scope as a form edits it: every list is there. */
export type Wide = { [K in keyof Scope]-?: NonNullable<Scope[K]> }

/** The form of a scope. */
export const wide = (s: Scope): Wide => ({ products: [...(s.products ?? [])], skus: [...(s.skus ?? [])], categories: [...(s.categories ?? [])], kinds: [...(s.kinds ?? [])], tags: [...(s.tags ?? [])] })

/** What is saved: empty lists are left out, and a rule with a fixed price names offers alone. */
export function narrow(w: Wide, offersOnly = false): Scope {
  const tags = w.tags.map((t) => t.trim()).filter(Boolean)
  const all: Scope = offersOnly ? { skus: w.skus } : { ...w, tags }
  return Object.fromEntries(Object.entries(all).filter(([, v]) => v?.length)) as Scope
}

/** Whether a rule is for all goods. */
export const everything = (s: Scope) => Object.values(s).every((v) => !v?.length)
