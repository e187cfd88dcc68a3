package media

import (
	"bytes"
	"unicode/utf8"
)

// magic is how a file type is told by its first bytes; names and what a browser
// says are not asked.
var magic = []struct {
	at   int
	mark string
	mime string
}{
	{0, "\xff\xd8\xff", "image/jpeg"},
	{0, "\x89PNG\r\n\x1a\n", "image/png"},
	{0, "GIF87a", "image/gif"},
	{0, "GIF89a", "image/gif"},
	{8, "WEBP", "image/webp"},
	{0, "%PDF-", "application/pdf"},
	{0, "PK\x03\x04", "application/zip"}, // also docx, xlsx, pptx, epub
	{0, "PK\x05\x06", "application/zip"},
	{0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
	{0, "Rar!\x1a\x07", "application/vnd.rar"},
	{0, "\x1f\x8b", "application/gzip"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, // doc, xls, ppt
	{0, "{\\rtf", "application/rtf"},
	{0, "ID3", "audio/mpeg"},
	{0, "fLaC", "audio/flac"},
	{0, "OggS", "audio/ogg"},
	{8, "WAVE", "audio/wav"},
	{8, "AVI ", "video/x-msvideo"},
	{4, "ftyp", "video/mp4"},
	{0, "\x1aE\xdf\xa3", "video/x-matroska"},
}

// sniff returns the type of a file by its first bytes (up to 1 KiB), text/plain
// for text, or "" for what is not accepted: programs, markup that a browser could
// run, and the unknown.
func sniff(head []byte) string {
	for _, m := range magic {
		if len(head) >= m.at+len(m.mark) && string(head[m.at:m.at+len(m.mark)]) == m.mark {
			return m.mime
		}
	}
	if len(head) > 2 && head[0] == 0xff && (head[1] == 0xfb || head[1] == 0xf3 || head[1] == 0xf2) {
		return "audio/mpeg"
	}
	return sniffText(head)
}

func sniffText(head []byte) string {
	text := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if len(text) == 0 || bytes.IndexByte(text, 0) >= 0 || bytes.HasPrefix(text, []byte("#!")) {
		return ""
	}
	lower := bytes.ToLower(bytes.TrimSpace(text))
	for _, tag := range []string{"<!doctype", "<html", "<svg", "<?xml", "<script", "<head", "<body", "<iframe", "<!--"} {
		if bytes.HasPrefix(lower, []byte(tag)) {
			return ""
		}
	}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			if len(text) < utf8.UTFMax { // the head may end inside a character
				break
			}
			return ""
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return ""
		}
		text = text[n:]
	}
	return "text/plain"
}
