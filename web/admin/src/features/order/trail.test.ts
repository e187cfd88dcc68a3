import { expect, it } from 'vitest'
import { moment } from './trail'

it('tells a moment by the clock of China', () => expect(moment(Date.UTC(2026, 11, 31, 16, 0, 7))).toBe('2027-01-01 00:00:07'))
