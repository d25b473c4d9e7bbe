// Checks the proof of a change with the Go project's own log library (golang.org/x/mod/sumdb: note, tlog) and nothing of ours.
//
//	apt-get install golang-1.19-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode /usr/lib/go-1.19/bin/go run tests/independent/verify.go KEYS PROOF [SALTED]
//
// KEYS: the file log-keys. PROOF: what GET /log/v1/PARTITION/proofs/RECEIPT answers. SALTED: what `banyan proof` writes; then
// the commitment of actor, subject and data is computed too, and that the entry is in the tree that was anchored; what any node
// of the chain says of that anchor (eth_getLogs) is printed, to be compared. See docs/verify.md.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type party struct {
	Region, Key string
	Retired     bool
}

type keys struct {
	Platform string
	Quorum   int
	Logs     []struct {
		Origin  string
		Writers []party
	}
	Witnesses []party
}

// cosigner checks C2SP cosignature/v1: 8 bytes of time, then Ed25519 over the time and the note.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	data, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if data[0] != 4 || len(data) != 33 || hex.EncodeToString(sum[:4]) != parts[1] {
		fail("%s is no key of a witness", vkey)
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), data[1:]}
}

func main() {
	if len(os.Args) < 3 {
		fail("usage: verify KEYS PROOF [SALTED]")
	}
	var ks keys
	check(json.Unmarshal(read(os.Args[1]), &ks))
	leaf, index, hashes, checkpoint := parse(read(os.Args[2]))

	origin := strings.SplitN(checkpoint, "\n", 2)[0]
	region := map[string]string{} // by key
	var verifiers []note.Verifier
	for _, log := range ks.Logs {
		if log.Origin != origin {
			continue
		}
		for _, w := range log.Writers {
			v, err := note.NewVerifier(w.Key)
			check(err)
			verifiers = append(verifiers, v)
			region[fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash())] = w.Region
		}
	}
	if len(verifiers) == 0 {
		fail("the keys name no log %s", origin)
	}
	writers := len(verifiers)
	for _, w := range ks.Witnesses {
		v := newCosigner(w.Key)
		verifiers = append(verifiers, v)
		region[fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash())] = w.Region
	}
	signed, err := note.Open([]byte(checkpoint), note.VerifierList(verifiers...))
	check(err)

	signer, others := "", map[string]bool{}
	for _, s := range signed.Sigs {
		id := fmt.Sprintf("%s+%08x", s.Name, s.Hash)
		for i, v := range verifiers {
			if s.Name == v.Name() && s.Hash == v.KeyHash() {
				if i < writers {
					signer = region[id]
				} else {
					others[region[id]] = true
				}
			}
		}
	}
	if signer == "" {
		fail("no writer of %s signed the checkpoint", origin)
	}
	delete(others, signer) // no witness of what it wrote
	if len(others) < ks.Quorum {
		fail("%d witnesses of other regions cosigned, and %d are needed", len(others), ks.Quorum)
	}

	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	check(tlog.CheckRecord(hashes, size, root, index, tlog.RecordHash(leaf)))
	fmt.Printf("entry %d of %s is in the checkpoint of %d entries, signed by %s, cosigned by %d other regions\n%s\n", index+1, origin, size, signer, len(others), leaf)
	if len(os.Args) > 3 {
		commitment(read(os.Args[3]), leaf)
		anchor(read(os.Args[3]), leaf, index, origin)
	}
}

// anchor checks that the entry is in the anchored tree, and says what the chain must have of it.
func anchor(file, leaf []byte, index int64, origin string) {
	var f struct {
		Anchor *struct {
			Inclusion []string
			Evidence  struct {
				Chain, Size, Block          int64
				Contract, Log, Root         string
				Transaction, Block_hash, At string
			}
		}
	}
	check(json.Unmarshal(file, &f))
	if f.Anchor == nil {
		fmt.Println("the file has no anchor")
		return
	}
	var hashes tlog.RecordProof
	for _, text := range f.Anchor.Inclusion {
		h, err := tlog.ParseHash(text)
		check(err)
		hashes = append(hashes, h)
	}
	e := f.Anchor.Evidence
	if e.Log != origin {
		fail("the anchor is of %s", e.Log)
	}
	root, err := tlog.ParseHash(e.Root)
	check(err)
	check(tlog.CheckRecord(hashes, e.Size, root, index, tlog.RecordHash(leaf)))
	fmt.Printf("it is in the tree of %d entries that is anchored, if chain %d has in block 0x%x an event of contract %s\nwith data 0x%x and topics[2] 0x%064x, by transaction %s\n", e.Size, e.Chain, e.Block, e.Contract, root[:], e.Size, e.Transaction)
}

// commitment computes what the leaf says of actor, subject and data (docs/log.md).
func commitment(file, leaf []byte) {
	var f struct {
		Entry struct{ Actor, Subject, Data, Salt string }
	}
	check(json.Unmarshal(file, &f))
	if f.Entry.Salt == "" {
		fmt.Println("the entry was erased: its commitment can't be computed, and its leaf is where it was")
		return
	}
	salt, err := hex.DecodeString(strings.ReplaceAll(f.Entry.Salt, "-", ""))
	check(err)
	var b bytes.Buffer
	b.WriteString("banyan-leaf-v1\x00")
	b.Write(salt)
	for _, part := range []string{f.Entry.Actor, f.Entry.Subject, f.Entry.Data} {
		check(binary.Write(&b, binary.BigEndian, uint32(len(part))))
		b.WriteString(part)
	}
	sum := sha256.Sum256(b.Bytes())
	var l struct{ Commitment string }
	check(json.Unmarshal(leaf, &l))
	if l.Commitment != base64.StdEncoding.EncodeToString(sum[:]) {
		fail("actor, subject and data are not what the leaf commits to")
	}
	fmt.Println("actor, subject and data are what the leaf commits to")
}

// parse reads a C2SP tlog-proof.
func parse(file []byte) (leaf []byte, index int64, hashes tlog.RecordProof, checkpoint string) {
	head, checkpoint, found := strings.Cut(string(file), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		fail("not a proof with its leaf")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	check(err)
	index, err = strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	check(err)
	for _, line := range lines[3:] {
		h, err := tlog.ParseHash(line)
		check(err)
		hashes = append(hashes, h)
	}
	return leaf, index, hashes, checkpoint
}

func read(name string) []byte {
	data, err := os.ReadFile(name)
	check(err)
	return data
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "does NOT hold: "+format+"\n", args...)
	os.Exit(1)
}
