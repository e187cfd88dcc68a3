package pack

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

const (
	maxDepth = 256
	maxNodes = 400_000
)

// ErrXML is what is no XML that could be read.
var ErrXML = errors.New("pack: the XML is damaged")

// Node is an element, or a text when its Name is "".
type Node struct {
	Name string // without its prefix
	Attr map[string]string
	Text string
	Kids []*Node
}

// XML reads a document. Names lose their prefixes; of attributes that share a name
// the first stays. A document type may name HTML's entities but declare none of its
// own, so nothing grows and nothing outside is asked for. loose also takes what is
// not well-formed but can be understood. Returns ErrXML, ErrTooBig.
func XML(raw []byte, loose bool) (*Node, error) {
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.CharsetReader = charset.NewReaderLabel
	d.Entity = xml.HTMLEntity
	if loose {
		d.Strict = false
		d.AutoClose = xml.HTMLAutoClose
	}
	root := &Node{}
	stack := []*Node{root}
	nodes := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrXML, err)
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			if nodes++; nodes > maxNodes || len(stack) > maxDepth {
				return nil, ErrTooBig
			}
			n := &Node{Name: t.Name.Local, Attr: attributes(t.Attr)}
			top.Kids = append(top.Kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			if nodes++; nodes > maxNodes {
				return nil, ErrTooBig
			}
			top.Kids = append(top.Kids, &Node{Text: string(t)})
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("<!ENTITY")) {
				return nil, fmt.Errorf("%w: it declares entities", ErrXML)
			}
		}
	}
	for _, k := range root.Kids {
		if k.Name != "" {
			return k, nil
		}
	}
	return nil, ErrXML
}

func attributes(list []xml.Attr) map[string]string {
	if len(list) == 0 {
		return nil
	}
	out := make(map[string]string, len(list))
	for _, a := range list {
		if a.Name.Space == "xmlns" {
			continue
		}
		if _, ok := out[a.Name.Local]; !ok {
			out[a.Name.Local] = a.Value
		}
	}
	return out
}

// Kid returns the first child element of a name, nil without one. It may be asked of
// nil.
func (n *Node) Kid(name string) *Node {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// All lists the child elements of a name. It may be asked of nil.
func (n *Node) All(name string) []*Node {
	var out []*Node
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Name == name {
			out = append(out, k)
		}
	}
	return out
}

// Find returns the first element of a name below n, nil without one.
func (n *Node) Find(name string) *Node {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if k.Name == name {
			return k
		}
		if f := k.Find(name); f != nil {
			return f
		}
	}
	return nil
}

// Get returns an attribute, "" without it. It may be asked of nil.
func (n *Node) Get(name string) string {
	if n == nil {
		return ""
	}
	return n.Attr[name]
}

// Words returns all the text below n with single spaces.
func (n *Node) Words() string {
	var b strings.Builder
	n.words(&b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (n *Node) words(b *strings.Builder) {
	if n == nil {
		return
	}
	b.WriteString(n.Text)
	for _, k := range n.Kids {
		k.words(b)
	}
}
