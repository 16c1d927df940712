package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // what people have
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // and what their web sites have
)

const (
	// MaxLogo is how large the file of a logo may be, in bytes.
	MaxLogo = 2 << 20
	// maxLogoDots is how many dots it may have before it is made smaller: what
	// they take in memory while it is read is 4 to 8 bytes each.
	maxLogoDots = 6_000_000
	// logoWidth and logoHeight are what it is made smaller to: twice what the
	// pages show, for fine screens. The table has the same bounds.
	logoWidth, logoHeight = 640, 160
)

// logo is a picture as it is stored.
type logo struct {
	hash          string
	png           []byte
	width, height int
	solid         bool
}

// readLogo reads a PNG, JPEG or WebP file, makes it small and writes it anew as
// PNG: what else was in the file is gone. How large the picture is, is looked at
// before it is read.
func readLogo(file []byte) (logo, *Refusal) {
	if len(file) > MaxLogo {
		return logo{}, ErrLogoTooLarge
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return logo{}, ErrBadLogo
	}
	if config.Width < 16 || config.Height < 16 {
		return logo{}, ErrBadLogo.because("This picture is %d by %d dots, too small for a logo. It needs 16 by 16 at the least.", config.Width, config.Height)
	}
	if int64(config.Width)*int64(config.Height) > maxLogoDots {
		return logo{}, ErrLogoTooLarge.because("This picture has %s by %s dots. A logo has 6 million at the most; make it smaller.", thousands(int64(config.Width)), thousands(int64(config.Height)))
	}
	from, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return logo{}, ErrBadLogo
	}
	width, height := fitInto(config.Width, config.Height, logoWidth, logoHeight)
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, to); err != nil {
		return logo{}, ErrBadLogo
	}
	sum := sha256.Sum256(out.Bytes())
	return logo{hash: hex.EncodeToString(sum[:10]), png: out.Bytes(), width: width, height: height, solid: to.Opaque()}, nil
}

// fitInto is the size of a picture that is made to fit, no larger than it was.
func fitInto(width, height, mostWidth, mostHeight int) (int, int) {
	w, h := width, height
	if w > mostWidth {
		w, h = mostWidth, h*mostWidth/w
	}
	if h > mostHeight {
		w, h = width*mostHeight/height, mostHeight
	}
	return max(1, w), max(1, h)
}
