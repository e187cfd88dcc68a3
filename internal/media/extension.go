package media

import (
	"path"
	"slices"
	"strings"
)

// endings are the extensions that a sniffed type may bear. What a file is called
// decides which program opens it on the learner's machine, so the name must not
// promise anything else than what is inside.
var endings = map[string][]string{
	"image/jpeg":                  {".jpg", ".jpeg"},
	"image/png":                   {".png"},
	"image/gif":                   {".gif"},
	"image/webp":                  {".webp"},
	"application/pdf":             {".pdf"},
	"application/zip":             {".zip", ".docx", ".xlsx", ".pptx", ".dotx", ".xltx", ".potx", ".epub", ".odt", ".ods", ".odp", ".pages", ".numbers", ".key", ".xmind"},
	"application/x-7z-compressed": {".7z"},
	"application/vnd.rar":         {".rar"},
	"application/gzip":            {".gz", ".tgz"},
	"application/x-ole-storage":   {".doc", ".xls", ".ppt", ".dot", ".xlt", ".pot", ".wps", ".et", ".dps"},
	"application/rtf":             {".rtf", ".doc"}, // Word saves both under .doc
	"audio/mpeg":                  {".mp3"},
	"audio/flac":                  {".flac"},
	"audio/ogg":                   {".ogg", ".oga", ".opus"},
	"audio/wav":                   {".wav"},
	"video/x-msvideo":             {".avi"},
	"video/mp4":                   {".mp4", ".m4v", ".m4a", ".mov"},
	"video/x-matroska":            {".mkv", ".mka", ".webm"},
	// Text that no machine runs when it is opened, and the sources of lessons.
	"text/plain": {
		".txt", ".md", ".csv", ".tsv", ".srt", ".vtt", ".ass", ".lrc", ".json", ".yaml", ".yml", ".toml", ".tex", ".bib", ".log", ".ipynb",
		".py", ".java", ".c", ".h", ".cpp", ".go", ".rs", ".sql", ".r", ".m",
	},
}

func ending(name string) string { return strings.ToLower(path.Ext(name)) }

// fits reports whether a file of a sniffed type may bear the name.
func fits(name, mime string) bool { return slices.Contains(endings[mime], ending(name)) }

// known reports whether any accepted type may bear the name.
func known(name string) bool {
	for mime := range endings {
		if fits(name, mime) {
			return true
		}
	}
	return false
}

var (
	errEnding  = ErrFileType.Say("不支持这种附件，请上传文档、压缩包、图片、音频或视频，文件名要有扩展名")
	errContent = ErrFileType.Say("文件内容和扩展名不符，请检查后重新上传")
)
