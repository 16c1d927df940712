package door

import (
	"net/http"
	"time"
)

// Stream is an answer too long for memory. What is appended to B is handed on
// now and then.
type Stream struct {
	B []byte
	w http.ResponseWriter
}

// chunk is how much is gathered for a write, in bytes.
const chunk = 32 << 10

// NewStream begins an answer, of which the caller sees nothing before the first
// flush.
func NewStream(w http.ResponseWriter) *Stream {
	return &Stream{w: w, B: make([]byte, 0, chunk+4096)}
}

// Full hands on what was gathered, if it is enough.
func (s *Stream) Full() error {
	if len(s.B) < chunk {
		return nil
	}
	return s.Flush()
}

// stallTime is how long a caller may take to accept one chunk.
const stallTime = time.Minute

// Flush hands on what was gathered. Until the first time the answer may still
// become a code.
func (s *Stream) Flush() error {
	deadline := http.NewResponseController(s.w)
	_ = deadline.SetWriteDeadline(time.Now().Add(stallTime)) // not every writer has one
	s.w.Header().Set("Content-Type", ContentType)
	s.w.Header().Set("Cache-Control", "no-store")
	_, err := s.w.Write(s.B)
	s.B = s.B[:0]
	_ = deadline.SetWriteDeadline(time.Time{})
	if err != nil {
		return ErrGone
	}
	return nil
}
