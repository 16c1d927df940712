package desk

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is the secret key's name in the data directory.
const KeyFile = "secret.key"

// ErrWrongKey is returned for a secret that another key has sealed.
var ErrWrongKey = errors.New("the secret key is not the one that sealed the stored credentials; put the right secret.key back, or set TEXTDESK_SECRET_KEY")

// Vault seals what we must be able to present later (provider credentials) and
// derives the keys that sign. It holds one secret key of 32 bytes.
type Vault struct{ key []byte }

// OpenVault takes the key as given (32 bytes in base64 or hex), or else reads
// it from the data directory and makes it there on the first start.
func OpenVault(dir, given string) (*Vault, error) {
	if given != "" {
		return vaultOf(given)
	}
	path := filepath.Join(dir, KeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		text = []byte(base64.StdEncoding.EncodeToString(key) + "\n")
		err := writeNew(path, text)
		if errors.Is(err, fs.ErrExist) { // another process was faster
			text, err = os.ReadFile(path)
		}
		if err != nil {
			return nil, fmt.Errorf("make secret key: %w", err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("read secret key: %w", err)
	}
	return vaultOf(string(text))
}

// writeNew writes a file that must survive a power cut, must not replace
// another, and is there either whole or not at all.
func writeNew(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new") // for its owner only
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without links
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync() // not every system can
		_ = dir.Close()
	}
	return nil
}

func vaultOf(text string) (*Vault, error) {
	text = strings.TrimSpace(text)
	if key, err := base64.StdEncoding.DecodeString(text); err == nil && len(key) == 32 {
		return &Vault{key}, nil
	}
	if key, err := hex.DecodeString(text); err == nil && len(key) == 32 {
		return &Vault{key}, nil
	}
	return nil, errors.New("the secret key is not 32 bytes in base64 or hex")
}

// Key derives a key of n bytes for one purpose.
func (v *Vault) Key(purpose string, n int) []byte {
	key, err := hkdf.Key(sha256.New, v.key, nil, "textdesk "+purpose, n)
	if err != nil {
		panic(err) // n is a constant of the program
	}
	return key
}

// seal encrypts text for one place in the store; it opens nowhere else.
func (v *Vault) seal(place, text string) string {
	return base64.StdEncoding.EncodeToString(v.aead().Seal(nil, nil, []byte(text), []byte(place)))
}

// open decrypts what seal made for the same place.
func (v *Vault) open(place, sealed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", ErrWrongKey
	}
	text, err := v.aead().Open(nil, nil, raw, []byte(place))
	if err != nil {
		return "", ErrWrongKey
	}
	return string(text), nil
}

func (v *Vault) aead() cipher.AEAD {
	block, err := aes.NewCipher(v.Key("seal", 32))
	if err != nil {
		panic(err) // 32 bytes always fit
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// newToken makes a secret that can be read aloud: 24 letters and digits (120
// bits) in groups of four, "k7wq-3mfn-…".
func newToken() string {
	raw := make([]byte, 15)
	_, _ = rand.Read(raw) // never fails
	text := strings.ToLower(base32.NewEncoding("ABCDEFGHJKMNPQRSTVWXYZ0123456789").EncodeToString(raw))
	groups := make([]string, 0, 6)
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:i+4])
	}
	return strings.Join(groups, "-")
}

// hashToken is how a token is kept. Tokens are random, so a plain hash is
// enough; and being looked up by hash, they are not compared byte by byte.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
