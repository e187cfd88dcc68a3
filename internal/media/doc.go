// Package media owns everything between an uploaded file and a playing lesson:
// uploads, probing, transcoding, encrypted HLS, previews, play leases, public
// images and attachments.
//
// Roads:
//
//	upload   BeginUpload → (tus writes the file) → FinishUpload → Asset + job
//	job      probe → ladder → ffmpeg per rendition → encrypt → blob → ready
//	play     StartPlay → master playlist → playlist → key + segments; Beat, EndPlay
//	images   SaveImage → ImageURL (public);  files: SaveFile → FileURL (signed)
//
// What it refuses: it does not decide who may see a lesson (its HTTP handlers in
// api/hook ask a function that app wires to access), it knows no lessons beyond
// their ids, it makes no watermark text and limits no devices.
//
// Tables: uploads, assets, renditions, media_keys, play_fences, plays, blob_trash,
// media_files (pictures and files that can be used again), material_holds (what kept
// versions of courses need).
//
// Invariants:
//   - INV-19: a preview is its own rendition with its own keys, cut at
//     preview_ms; a preview token opens neither playlists nor keys of the full one.
//   - INV-20: a URL that yields a key names user, session, asset, play and key,
//     and is at most 120 s old.
//   - INV-21: a user has at most MaxPlays live leases; the newest start wins.
//   - Only encrypted segments are stored; keys lie sealed in media_keys.
//   - A rendition row exists only when all of its segments are stored; an asset is
//     ready only when all planned renditions exist.
package media
