package desk

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
)

// picture draws a picture of a size, with a corner through which one sees where
// clear says so.
func picture(width, height int, clear bool) image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.Set(x, y, color.NRGBA{uint8(x), uint8(y), 120, 255})
		}
	}
	if clear {
		p.Set(0, 0, color.NRGBA{})
	}
	return p
}

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webp is a picture of 48 by 24 dots, as a browser writes it.
const webp = "UklGRm4CAABXRUJQVlA4WAoAAAAwAAAALwAAFwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" +
	"AQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFla" +
	"AAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJY" +
	"WVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAA" +
	"E9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZBTFBIGQAAAAEPMP8REUJN2wZM+ZPO2wUgov8TID/A" +
	"NzsAVlA4IF4AAACwAwCdASowABgAPsFMnUunpCKhtUgA8BgJZgBCVbf/A52Kx3qEgAD+8O9//pad/wcnDNz+I35btXjSamRPvo//+H36Ez+yiwoYPpO/jNdVhnJ+4eVqsmEyznOxTAAA"

func TestColourAsPeopleWriteIt(t *testing.T) {
	for typed, want := range map[string]string{"#05a": "#0055aa", "05a": "#0055aa", "005a9c": "#005a9c", "#005a9c": "#005a9c", "": "", "red": "red", "#05": "#05"} {
		if got := wholeColour(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}

func TestBranding(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	var asJPEG bytes.Buffer
	if err := jpeg.Encode(&asJPEG, picture(900, 300, false), nil); err != nil {
		t.Fatal(err)
	}
	huge := asPNG(t, image.NewGray(image.Rect(0, 0, 5000, 5000))) // a small file of many dots
	for _, c := range []struct {
		name          string
		of            NewBranding
		want          error
		width, height int
		solid         bool
	}{
		{"a colour", NewBranding{Accent: " #005A9C "}, nil, 0, 0, false},
		{"a colour without its sign", NewBranding{Accent: "005a9c"}, nil, 0, 0, false},
		{"a short word", NewBranding{Accent: "red"}, ErrBadAccent, 0, 0, false},
		{"a PNG", NewBranding{Logo: asPNG(t, picture(64, 64, true))}, nil, 64, 64, false},
		{"a large JPEG", NewBranding{Logo: asJPEG.Bytes()}, nil, 480, 160, true},
		{"a very wide one", NewBranding{Logo: asPNG(t, picture(3000, 20, false))}, nil, 640, 4, true},
		{"a word for a colour", NewBranding{Accent: "plum"}, ErrBadAccent, 0, 0, false},
		{"a sheet for a colour", NewBranding{Accent: "#123456;}*{display:none"}, ErrBadAccent, 0, 0, false},
		{"an SVG", NewBranding{Logo: []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)}, ErrBadLogo, 0, 0, false},
		{"a GIF", NewBranding{Logo: []byte("GIF89a\x40\x00\x40\x00\x00\x00\x00;")}, ErrBadLogo, 0, 0, false},
		{"half a PNG", NewBranding{Logo: asPNG(t, picture(64, 64, false))[:120]}, ErrBadLogo, 0, 0, false},
		{"a dot", NewBranding{Logo: asPNG(t, picture(1, 1, false))}, ErrBadLogo, 0, 0, false},
		{"nothing", NewBranding{Logo: []byte{}}, ErrBadLogo, 0, 0, false},
		{"too many dots", NewBranding{Logo: huge}, ErrLogoTooLarge, 0, 0, false},
		{"too many bytes", NewBranding{Logo: append(asPNG(t, picture(64, 64, false)), make([]byte, MaxLogo)...)}, ErrLogoTooLarge, 0, 0, false},
	} {
		was, err := o.Settings(ctx)
		if err != nil {
			t.Fatal(err)
		}
		err = o.SaveBranding(ctx, o.admin, c.of)
		set, readErr := o.Settings(ctx)
		if readErr != nil {
			t.Fatal(readErr)
		}
		b := set.Branding
		if c.want != nil {
			if !errors.Is(err, c.want) || b != was.Branding {
				t.Errorf("%s: %v, and the branding is %+v", c.name, err, b)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.of.Logo == nil {
			if b.Accent != "#005a9c" {
				t.Errorf("%s: %+v", c.name, b)
			}
			continue
		}
		stored, err := o.Logo(ctx, b.Logo)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		seen, err := png.Decode(bytes.NewReader(stored))
		if err != nil || seen.Bounds().Dx() != c.width || seen.Bounds().Dy() != c.height || b.LogoWidth != c.width || b.LogoHeight != c.height || b.LogoSolid != c.solid {
			t.Errorf("%s: stored %v as %+v, %v", c.name, seen.Bounds(), b, err)
		}
		if was.Branding.Logo != "" && was.Branding.Logo != b.Logo {
			if _, err := o.Logo(ctx, was.Branding.Logo); !errors.Is(err, ErrUnknownLogo) {
				t.Errorf("%s: the logo before is still there: %v", c.name, err)
			}
		}
	}
	normal := o.user(t, "sam", LevelNormal, o.admin.User.ID, 10)
	if err := o.SaveBranding(ctx, normal, NewBranding{Accent: "#000000"}); !errors.Is(err, ErrForbidden) {
		t.Errorf("a normal user changes how the desk looks: %v", err)
	}
	if err := o.SaveBranding(ctx, o.admin, NewBranding{NoLogo: true}); err != nil {
		t.Fatal(err)
	}
	if set, err := o.Settings(ctx); err != nil || set.Branding != (Branding{}) {
		t.Errorf("after all is taken away: %+v, %v", set.Branding, err)
	}
}

// Nothing of a file is stored but its picture: what a camera or a joker wrote
// beside it is gone.
func TestLogosAreWrittenAnew(t *testing.T) {
	file := asPNG(t, picture(40, 40, false))
	hidden := append(append([]byte{}, file...), "<script>steal()</script>"...)
	made, r := readLogo(hidden)
	if r != nil || bytes.Contains(made.png, []byte("script")) {
		t.Errorf("the file was kept: %v", r)
	}
	again, _ := readLogo(file)
	if made.hash != again.hash || len(made.hash) != 20 {
		t.Errorf("the same picture is %s and %s", made.hash, again.hash)
	}
	small, err := base64.StdEncoding.DecodeString(webp)
	if err != nil {
		t.Fatal(err)
	}
	if made, r := readLogo(small); r != nil || made.width != 48 || made.height != 24 || made.solid {
		t.Errorf("a WebP file: %+v, %v", made, r)
	}
}

func FuzzLogo(f *testing.F) {
	f.Add(asPNG(f, picture(20, 20, true)))
	var j bytes.Buffer
	if err := jpeg.Encode(&j, picture(20, 20, false), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(j.Bytes())
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	noise := make([]byte, 500)
	for i := range noise {
		noise[i] = byte(rand.N(256))
	}
	f.Add(noise)
	f.Fuzz(func(t *testing.T, file []byte) {
		made, r := readLogo(file)
		if r != nil {
			return
		}
		if made.width > logoWidth || made.height > logoHeight || len(made.png) == 0 {
			t.Errorf("a logo of %d by %d, %d bytes", made.width, made.height, len(made.png))
		}
	})
}
