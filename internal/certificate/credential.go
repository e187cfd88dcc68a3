package certificate

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"zhizhou/internal/clock"
)

// listSize is how many certificates a list of revocations has places for; the least
// that the standard allows, so that a place tells nothing of its neighbours.
const listSize = 131_072

// URL is the page on which anybody can verify a certificate.
func (s *Service) URL(code string) string { return s.base + "/certificate/" + code }

func (s *Service) statusURL(no int64) string {
	return s.base + "/credential/status/" + strconv.FormatInt(no, 10)
}

func stamp(ms int64) string {
	return time.UnixMilli(ms).UTC().Truncate(time.Second).Format(time.RFC3339)
}

// Credential returns the certificate as an Open Badges 3.0 credential, signed with the
// key in force. school is what the school is called. The name is there only as far as
// the bearer shows it now.
func (s *Service) Credential(ctx context.Context, c Certificate, school string) (map[string]any, error) {
	page := s.URL(c.Code)
	results, asked := []any{}, []any{}
	state := func(key, kind, name, value string) {
		asked = append(asked, map[string]any{"id": page + "#" + key, "type": []any{"ResultDescription"}, "name": name, "resultType": kind})
		results = append(results, map[string]any{"type": []any{"Result"}, "resultDescription": page + "#" + key, "value": value})
	}
	state("lessons", "ext:LessonsFinished", "完成课时", strconv.FormatInt(c.Lessons, 10))
	state("minutes", "ext:StudyMinutes", "学习时长（分钟）", strconv.FormatInt(c.Minutes(), 10))
	if c.ScorePermille >= 0 {
		state("score", "Percent", "测验成绩", Percent(c.ScorePermille))
	}
	subject := map[string]any{
		"id": page + "#learner", "type": []any{"AchievementSubject"},
		"activityStartDate": stamp(c.StartedAt), "activityEndDate": stamp(max(c.FinishedAt, c.StartedAt)),
		"achievement": map[string]any{
			"id": page + "#achievement", "type": []any{"Achievement"}, "achievementType": "Certificate", "name": "《" + c.CourseTitle + "》" + c.Title,
			"description": "在课程《" + c.CourseTitle + "》的学习中达到要求", "criteria": map[string]any{"narrative": "学习时长和成绩由服务器记录，可在核验页查证"}, "resultDescription": asked,
		},
		"result": results,
	}
	if c.Name != "" {
		subject["identifier"] = []any{map[string]any{"type": "IdentityObject", "identityType": "name", "hashed": false, "identityHash": c.Name}}
	}
	return s.sign(ctx, map[string]any{
		"@context": []any{credentialsContext, badgeContext},
		"id":       s.base + "/credential/" + c.Code, "type": []any{"VerifiableCredential", "OpenBadgeCredential"},
		"issuer":    map[string]any{"id": s.DID(), "type": []any{"Profile"}, "name": school, "url": s.base},
		"name":      c.Title,
		"validFrom": stamp(c.IssuedAt), "credentialSubject": subject,
		"credentialStatus": map[string]any{
			"id": s.statusURL(c.ListNo) + "#" + strconv.FormatInt(c.ListIndex, 10), "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
			"statusListIndex": strconv.FormatInt(c.ListIndex, 10), "statusListCredential": s.statusURL(c.ListNo),
		},
	}, c.IssuedAt)
}

// Percent writes ‰ as percent, without a needless zero.
func Percent(permille int64) string {
	if permille%10 == 0 {
		return strconv.FormatInt(permille/10, 10)
	}
	return fmt.Sprintf("%d.%d", permille/10, permille%10)
}

// StatusList returns a list of revocations as a credential of its own. Returns ErrGone
// for a list that no certificate is on.
func (s *Service) StatusList(ctx context.Context, no int64, school string) (map[string]any, error) {
	var first int64
	var revoked []int64
	if err := s.db.Get(ctx, qBitsAt, &first, no); err != nil {
		return nil, err
	}
	if first == 0 {
		return nil, ErrGone
	}
	if err := s.db.List(ctx, qBits, &revoked, no); err != nil {
		return nil, err
	}
	bits := make([]byte, listSize/8)
	for _, i := range revoked {
		bits[i/8] |= 0x80 >> (i % 8)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(bits); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return s.sign(ctx, map[string]any{
		"@context": []any{credentialsContext}, "id": s.statusURL(no), "type": []any{"VerifiableCredential", "BitstringStatusListCredential"},
		"issuer": map[string]any{"id": s.DID(), "name": school}, "validFrom": stamp(first),
		"credentialSubject": map[string]any{
			"id": s.statusURL(no) + "#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
			"encodedList": "u" + base64.RawURLEncoding.EncodeToString(packed.Bytes()),
		},
	}, clock.MS(s.clock))
}

// sign adds a Data Integrity proof of the suite eddsa-rdfc-2022, which Open Badges 3.0
// asks of everyone.
func (s *Service) sign(ctx context.Context, doc map[string]any, at int64) (map[string]any, error) {
	key, private, err := s.key(ctx)
	if err != nil {
		return nil, err
	}
	proof := map[string]any{
		"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": stamp(max(at, key.CreatedAt)),
		"verificationMethod": s.method(key), "proofPurpose": "assertionMethod",
	}
	proof["@context"] = doc["@context"]
	options, err := canonical(proof)
	if err != nil {
		return nil, err
	}
	delete(proof, "@context")
	body, err := canonical(doc)
	if err != nil {
		return nil, err
	}
	a, b := sha256.Sum256(options), sha256.Sum256(body)
	proof["proofValue"] = multibase(ed25519.Sign(private, append(a[:], b[:]...)))
	doc["proof"] = proof
	return doc, nil
}
