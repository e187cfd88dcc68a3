// Package document owns what is read page by page: the PDF documents that lessons
// show, from the uploaded file to the picture of a page.
//
// Roads:
//
//	upload   media's → Take: sniff, look inside (a child process) → document + job
//	job      child process renders → sealed pictures in the store, text → ready
//	read     PageURLs → OpenPage → Picture: the reader's mark is in its pixels
//	search   Search: on the server, pages that the reader may see
//
//	sweep    no lesson shows it for 30 days, or staff delete it → files go
//
// What it refuses: it does not decide who may read (api/hook asks a function that
// app wires to access), it knows no lessons beyond which of them show a document, and never hands out
// an original except to staff.
//
// A stranger's file is only ever opened in a child process of our own binary
// (Worker), inside a WebAssembly machine without files or network, with bounded
// memory and time.
//
// Tables: documents, document_pages, delivered_pages.
//
// Invariants:
//   - INV-19: of a preview no page beyond its end is handed out, found or told.
//   - INV-20: an address yields a page for its user and session alone, for ten
//     minutes, and only while access is answered with yes.
//   - Pictures of pages lie sealed in the store; nothing plain but the upload.
//   - The files of a document go only when no lesson shows it; the row, and who was
//     handed its pages, stay.
//   - A document is ready only when all of its pages are stored.
package document
