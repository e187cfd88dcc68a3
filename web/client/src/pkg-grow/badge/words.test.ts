import { expect, it } from 'vitest'
import { soFar, untilNext } from './words'

it('says how far it is', () => {
  expect([soFar({ fact: 'lessons', need: 10, have: 3 }), soFar({ fact: 'minutes', need: 600, have: 90 }), soFar({ fact: 'minutes', need: 30, have: 9 }), soFar({ fact: 'streak', need: 7, have: 0 })]).toEqual(['3 / 10 课', '1.5 / 10 小时', '9 / 30 分钟', '0 / 7 天'])
  expect([untilNext(10, 60), untilNext(60, 300), untilNext(70, 300)]).toEqual(['50 分钟', '4 小时', '3 小时 50 分'])
})
