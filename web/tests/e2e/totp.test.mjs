import assert from 'node:assert/strict'
import test from 'node:test'
import { totp } from './totp.mjs'

test('codes agree with the examples of RFC 6238', () => {
  // The secret of its appendix B, in base32; its codes cut to six digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  for (const [s, code] of [[59, '287082'], [1111111109, '081804'], [2000000000, '279037']]) assert.equal(totp(secret, s * 1000), code)
})
