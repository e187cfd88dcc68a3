package live

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const (
	keyPurpose     = "live-stream-key"
	segmentPurpose = "live-segment-key"
	segmentsPerKey = 30 // a minute of two seconds each
)

// push is one connection of an encoder that was admitted.
type push struct {
	s        *Service
	id       int64
	lessonID int64
	conn     net.Conn
	cutter   *cutter
	pieces   chan piece
	done     chan struct{} // closed when everything is written
	stopping sync.Once
	reason   string

	// Of the writer alone.
	seq, breaks int64
	first       bool // nothing was ever aired in this room
	keyID       int64
	key         []byte
	ofKey       int
}

// stop ends the connection; finish follows in its own goroutine.
func (p *push) stop(reason string) {
	p.stopping.Do(func() {
		p.reason = reason
		_ = p.conn.Close()
	})
}

// take hands a segment to the writer. A store that cannot keep up slows the
// encoder down.
func (p *push) take(x piece) {
	select {
	case p.pieces <- x:
	case <-p.done:
	}
}

// finish writes what is left and gives the room up. It runs once, when the
// connection is over.
func (p *push) finish() {
	p.stop("closed")
	func() {
		defer func() {
			if r := recover(); r != nil {
				p.s.log.Warn("live: the end of a stream could not be read", "panic", fmt.Sprint(r))
			}
		}()
		p.cutter.end()
	}()
	close(p.pieces)
	<-p.done
	p.s.ingest.Lock()
	if p.s.ingest.pushes[p.lessonID] == p {
		delete(p.s.ingest.pushes, p.lessonID)
	}
	p.s.ingest.Unlock()
	ctx, cancel := quiet(10 * time.Second)
	defer cancel()
	err := p.s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qPushOff, p.lessonID, p.id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qPushEnd, p.id, p.s.now(), p.reason)
		return err
	})
	if err != nil {
		p.s.log.Warn("live: the end of a push was not noted", "lesson", p.lessonID, "err", err)
	}
	p.s.forget(p.lessonID)
	p.s.kick(p.lessonID)
}

// write stores segments in order until the push is over or has lost the room.
func (p *push) write() {
	defer close(p.done)
	for x := range p.pieces {
		ctx, cancel := quiet(20 * time.Second)
		err := p.store(ctx, x)
		cancel()
		if err != nil {
			reason := "store"
			if errors.Is(err, errLost) {
				reason = "replaced"
			} else {
				p.s.log.Error("live: a segment was not stored", "lesson", p.lessonID, "seq", p.seq, "err", err)
			}
			p.stop(reason)
			return
		}
	}
}

// store encrypts and keeps one segment. Returns errLost.
func (p *push) store(ctx context.Context, x piece) error {
	rekey := p.keyID == 0 || p.ofKey >= segmentsPerKey
	if rekey {
		p.keyID, p.key, p.ofKey = id.New(), id.Bytes(16), 0
	}
	iv := id.Bytes(16)
	sealed, err := encrypt(p.key, iv, x.data)
	if err != nil {
		return err
	}
	name := blobKey(p.lessonID, p.seq, p.id)
	if err := p.s.Store.Put(ctx, name, bytes.NewReader(sealed), int64(len(sealed)), "video/mp2t"); err != nil {
		return err
	}
	fresh := x.fresh && !p.first
	broke := int64(0)
	if fresh {
		broke = 1
	}
	err = p.s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := p.s.now()
		n, err := tx.Exec(ctx, qAir, p.lessonID, p.id, broke, x.ms, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return errLost
		}
		if rekey {
			if _, err := tx.Exec(ctx, qKeyNew, p.keyID, p.lessonID, p.s.Box.Seal(segmentPurpose, p.key), now); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, qSegmentNew, p.lessonID, p.seq, p.id, p.keyID, iv, x.ms, len(sealed), fresh, p.breaks+broke, now)
		return err
	})
	if err != nil {
		return errors.Join(err, p.s.Store.Delete(ctx, name))
	}
	first := p.ofKey == 0 && x.fresh
	p.seq, p.breaks, p.first, p.ofKey = p.seq+1, p.breaks+broke, false, p.ofKey+1
	p.s.forget(p.lessonID)
	if first {
		p.s.kick(p.lessonID) // there is a picture from now on
	}
	return nil
}

func blobKey(lessonID, seq, pushID int64) string {
	return fmt.Sprintf("live/%d/%d-%s.ts", lessonID, seq, strconv.FormatInt(pushID, 36))
}

// encrypt is AES-128-CBC with PKCS#7 padding, as HLS wants it (RFC 8216 §4.3.2.4).
func encrypt(key, iv, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	pad := 16 - len(plain)%16
	out := slices.Concat(plain, bytes.Repeat([]byte{byte(pad)}, pad))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out, nil
}

// decrypt undoes it, in place.
func decrypt(key, iv, sealed []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(iv) != 16 || len(sealed) == 0 || len(sealed)%16 != 0 {
		return nil, errors.New("live: not an encrypted segment")
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(sealed, sealed)
	pad := int(sealed[len(sealed)-1])
	if pad < 1 || pad > 16 || !bytes.Equal(sealed[len(sealed)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errors.New("live: not an encrypted segment")
	}
	return sealed[:len(sealed)-pad], nil
}
