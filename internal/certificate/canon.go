package certificate

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/piprate/json-gold/ld"
)

// The contexts that a credential names, as their publishers keep them for good.
//
//go:embed contexts/*.json
var contextFiles embed.FS

const (
	credentialsContext = "https://www.w3.org/ns/credentials/v2"
	badgeContext       = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
)

var contextNames = map[string]string{credentialsContext: "credentials-v2.json", badgeContext: "ob-v3p0-3.0.3.json"}

// shelf gives out the contexts in the binary, and nothing else: no credential makes
// the server fetch an address.
type shelf struct{}

var contexts = sync.OnceValues(func() (map[string]any, error) {
	out := map[string]any{}
	for u, name := range contextNames {
		raw, err := contextFiles.ReadFile("contexts/" + name)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		var doc any
		if err := json.Unmarshal(raw, &doc); err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		out[u] = doc
	}
	return out, nil
})

// LoadDocument implements ld.DocumentLoader.
func (shelf) LoadDocument(u string) (*ld.RemoteDocument, error) {
	all, err := contexts()
	if err != nil {
		return nil, err
	}
	doc, ok := all[u]
	if !ok {
		return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, "certificate: unknown context "+u)
	}
	return &ld.RemoteDocument{DocumentURL: u, Document: doc}, nil
}

// canonical returns the RDF of a document as canonical N-Quads (RDFC-1.0).
func canonical(doc map[string]any) ([]byte, error) {
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader, o.Algorithm, o.Format, o.ProcessingMode = shelf{}, ld.AlgorithmURDNA2015, "application/n-quads", ld.JsonLd_1_1
	// The library wants what encoding/json would read.
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	out, err := ld.NewJsonLdProcessor().Normalize(plain, o)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	quads, ok := out.(string)
	if !ok {
		return nil, fmt.Errorf("certificate: canonical form is %T", out)
	}
	return []byte(quads), nil
}
