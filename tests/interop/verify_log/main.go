// Verify_log checks a published log (C2SP tlog-tiles) offline, with nothing of Counterfoil: it is
// given the folder, the log's verifier key and, optionally, a checkpoint that somebody kept.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight  = 8
	tileWidth   = 1 << tileHeight
	recordsMax  = 1 << 40 // far beyond what a folder can hold, far below what int64 can count
	entriesTile = -1      // the level that tlog gives to the records themselves
	sampleAll   = 1000    // up to so many records each is proven,
	sampleStep  = 97      // beyond, every 97th and the last
)

// folder holds the log's files, and reads its tiles for package tlog.
type folder struct {
	path string
	seen map[tlog.Tile][]byte
}

// pathOf gives a tile's C2SP path; Go's has the height in front of the level, and other entries.
func pathOf(t tlog.Tile) string {
	path := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", t.H))
	if rest := strings.TrimPrefix(path, "data/"); rest != path {
		path = "entries/" + rest
	}
	return "tile/" + path
}

// read gives a tile's bytes. Where a partial tile is gone, those of the full one, which begins with
// the same hashes; cut says that its tail does not belong to the tree.
func (f *folder) read(t tlog.Tile) (data []byte, cut bool, err error) {
	data, err = os.ReadFile(filepath.Join(f.path, pathOf(t)))
	if errors.Is(err, fs.ErrNotExist) && t.W < tileWidth {
		full := t
		full.W = tileWidth
		if data, fullErr := os.ReadFile(filepath.Join(f.path, pathOf(full))); fullErr == nil {
			return data, true, nil
		}
	}
	return data, false, err
}

func (f *folder) Height() int { return tileHeight }

func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, t := range tiles {
		if _, ok := f.seen[t]; !ok {
			data, cut, err := f.read(t)
			if err != nil {
				return nil, err
			}
			if cut {
				if len(data) != tileWidth*tlog.HashSize {
					return nil, fmt.Errorf("%s: the full tile has %d bytes", pathOf(t), len(data))
				}
				data = data[:t.W*tlog.HashSize]
			}
			f.seen[t] = data
		}
		all[i] = f.seen[t]
	}
	return all, nil
}

// SaveTiles has nothing to do: what was read is in memory.
func (f *folder) SaveTiles([]tlog.Tile, [][]byte) {}

// openCheckpoint verifies a signed note and reads what C2SP tlog-checkpoint says of its text.
func openCheckpoint(file string, key note.Verifier) (tlog.Tree, error) {
	fail := func(why string) (tlog.Tree, error) {
		return tlog.Tree{}, fmt.Errorf("%s: %s", file, why)
	}
	signed, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return fail(err.Error())
	}
	lines := strings.Split(strings.TrimSuffix(opened.Text, "\n"), "\n")
	if len(lines) < 3 {
		return fail("a checkpoint has three lines or more")
	}
	for _, line := range lines {
		if line == "" {
			return fail("a checkpoint has no empty line")
		}
	}
	if lines[0] != key.Name() {
		return fail("the origin is " + lines[0] + ", the key is that of " + key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] || size < 1 || size > recordsMax {
		return fail(lines[1] + " is no size that is verified here")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return fail("the third line is no hash")
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

// tileAt gives a tile of a tree of that many records, as wide as it is there.
func tileAt(size int64, level int, n int64) tlog.Tile {
	t := tlog.Tile{H: tileHeight, L: level, N: n, W: tileWidth}
	if left := size>>uint(tileHeight*level) - n*tileWidth; left < tileWidth {
		t.W = int(left)
	}
	return t
}

// tilesOf gives the tiles that a tree of that many records consists of, at one level.
func tilesOf(size int64, level int) []tlog.Tile {
	var tiles []tlog.Tile
	for n := int64(0); n*tileWidth < size>>uint(tileHeight*level); n++ {
		tiles = append(tiles, tileAt(size, level, n))
	}
	return tiles
}

// hashes gives what the tiles say, without a proof.
func (f *folder) hashes(size int64) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			t := tlog.TileForIndex(tileHeight, index)
			t = tileAt(size, t.L, t.N)
			data, err := f.ReadTiles([]tlog.Tile{t})
			if err != nil {
				return nil, err
			}
			if hashes[i], err = tlog.HashFromTile(t, data[0], index); err != nil {
				return nil, err
			}
		}
		return hashes, nil
	}
}

// checkParent compares a full tile with its hash in the tile above. TileHashReader should do that
// alone; as Debian 12 has it (x/mod 0.7.0), it passes over the first of the tiles to compare, as
// many as the tree's root takes subtrees out of one tile. Later ones do not.
func checkParent(t tlog.Tile, said tlog.HashReader) error {
	below := tileHeight*t.L + tileHeight - 1
	hashes, err := said.ReadHashes([]int64{tlog.StoredHashIndex(below, 2*t.N),
		tlog.StoredHashIndex(below, 2*t.N+1), tlog.StoredHashIndex(below+1, t.N)})
	if err != nil {
		return err
	}
	if tlog.NodeHash(hashes[0], hashes[1]) != hashes[2] {
		return errors.New("its hash is not that in the tile above")
	}
	return nil
}

// verifyTiles proves every tile of every level against the root.
func verifyTiles(tree tlog.Tree, f *folder) (tiles, levels int, err error) {
	reader, said := tlog.TileHashReader(tree, f), f.hashes(tree.N)
	for tree.N>>uint(tileHeight*levels) > 0 {
		for _, t := range tilesOf(tree.N, levels) {
			data, err := tlog.ReadTileData(t, reader)
			if err == nil && !bytes.Equal(data, f.seen[t]) {
				err = errors.New("not what was proven")
			}
			if err == nil && t.W == tileWidth {
				err = checkParent(t, said)
			}
			if err != nil {
				return tiles, levels, fmt.Errorf("%s: %w", pathOf(t), err)
			}
			tiles++
		}
		levels++
	}
	root, err := tlog.TreeHash(tree.N, said)
	if err == nil && root != tree.Hash {
		err = errors.New("the tiles do not give the root")
	}
	return tiles, levels, err
}

// nextEntry takes one entry off a bundle: its length, u16, and its bytes.
func nextEntry(bundle []byte) (entry, rest []byte, ok bool) {
	if len(bundle) < 2 {
		return nil, nil, false
	}
	end := 2 + int(bundle[0])<<8 + int(bundle[1])
	if len(bundle) < end {
		return nil, nil, false
	}
	return bundle[2:end], bundle[end:], true
}

// hashEntries hashes every record of the log, and compares with the tiles of level 0, which must be
// verified already.
func hashEntries(tree tlog.Tree, f *folder) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for _, t := range tilesOf(tree.N, 0) {
		bundleTile := t
		bundleTile.L = entriesTile
		name := pathOf(bundleTile)
		bundle, cut, err := f.read(bundleTile)
		if err != nil {
			return nil, err
		}
		for i := 0; i < t.W; i++ {
			entry, rest, ok := nextEntry(bundle)
			if !ok {
				return nil, fmt.Errorf("%s ends in entry %d", name, i)
			}
			leaf := tlog.RecordHash(entry)
			if !bytes.Equal(leaf[:], f.seen[t][i*tlog.HashSize:(i+1)*tlog.HashSize]) {
				return nil, fmt.Errorf("%s: entry %d is not what %s says", name, i, pathOf(t))
			}
			leaves = append(leaves, leaf)
			bundle = rest
		}
		if len(bundle) != 0 && !cut {
			return nil, fmt.Errorf("%s goes on behind its last entry", name)
		}
	}
	return leaves, nil
}

// proveSample proves records of the log one by one, as somebody would who looks for one of them.
func proveSample(tree tlog.Tree, f *folder, leaves []tlog.Hash) (proven int, err error) {
	reader := tlog.TileHashReader(tree, f)
	step := int64(1)
	if tree.N > sampleAll {
		step = sampleStep
	}
	prove := func(n int64) error {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n])
		}
		if err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
		proven++
		return nil
	}
	for n := int64(0); n < tree.N-1; n += step {
		if err := prove(n); err != nil {
			return proven, err
		}
	}
	return proven, prove(tree.N - 1)
}

// proveConsistency proves that the log begins with the records of the older checkpoint.
func proveConsistency(tree, older tlog.Tree, f *folder) error {
	if older.N > tree.N {
		return fmt.Errorf("the log shrank from %d to %d records", older.N, tree.N)
	}
	proof, err := tlog.ProveTree(tree.N, older.N, tlog.TileHashReader(tree, f))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash)
}

func verify(path, verifierKey, olderFile string) error {
	key, err := note.NewVerifier(verifierKey)
	if err != nil {
		return fmt.Errorf("%s: %w", verifierKey, err)
	}
	tree, err := openCheckpoint(filepath.Join(path, "checkpoint"), key)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint: %s, %d records, root %v\n", key.Name(), tree.N, tree.Hash)

	f := &folder{path: path, seen: map[tlog.Tile][]byte{}}
	tiles, levels, err := verifyTiles(tree, f)
	if err != nil {
		return err
	}
	fmt.Printf("tiles: %d on %d levels\n", tiles, levels)

	leaves, err := hashEntries(tree, f)
	if err != nil {
		return err
	}
	fmt.Printf("entries: %d\n", len(leaves))

	proven, err := proveSample(tree, f, leaves)
	if err != nil {
		return err
	}
	fmt.Printf("inclusion: %d records\n", proven)

	if olderFile == "" {
		return nil
	}
	older, err := openCheckpoint(olderFile, key)
	if err != nil {
		return err
	}
	if err := proveConsistency(tree, older, f); err != nil {
		return fmt.Errorf("%s: %w", olderFile, err)
	}
	fmt.Printf("consistency: with the checkpoint of %d records\n", older.N)
	return nil
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: verify_log FOLDER VERIFIER_KEY [OLDER_CHECKPOINT]")
		os.Exit(1)
	}
	older := ""
	if len(os.Args) == 4 {
		older = os.Args[3]
	}
	if err := verify(os.Args[1], os.Args[2], older); err != nil {
		fmt.Fprintln(os.Stderr, "verify_log:", err)
		os.Exit(1)
	}
}
