// Proves that the formats are libsodium's and WebCrypto's: the vectors hold in JavaScript as they do in Python.
// Run by ./check lint: node tests/vault/vectors.mjs

import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import sodium from "libsodium-wrappers-sumo";

await sodium.ready;
const vectors = JSON.parse(readFileSync(new URL("./vectors-v1.json", import.meta.url), "utf8"));

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NOBODY = Buffer.alloc(16);

/** @param {string} hex */
const bytes = (hex) => Buffer.from(hex, "hex");
/** @param {Uint8Array} raw */
const hex = (raw) => Buffer.from(raw).toString("hex");
/** @param {Uint8Array | string} raw */
const sha256 = (raw) => createHash("sha256").update(raw).digest();

/** @param {number} value @param {number} size */
function bigEndian(value, size) {
  const written = Buffer.alloc(8);
  written.writeBigUInt64BE(BigInt(value));
  return written.subarray(8 - size);
}

/** @param {string} name @param {...Uint8Array} parts */
function label(name, ...parts) {
  const told = parts.flatMap((part) => [bigEndian(part.length, 2), part]);
  return Buffer.concat([Buffer.from(`mandorla/${name}/1\0`), ...told]);
}

/** @param {Uint8Array} key @param {Uint8Array} info */
function hkdf(key, info, length = 32, salt = Buffer.alloc(0)) {
  return Buffer.from(hkdfSync("sha256", key, salt, info, length));
}

/** @typedef {{space: Uint8Array, type: string, record: Uint8Array, field: string, author: Uint8Array, revision: number}} Place */

/** @param {Uint8Array} head @param {Place} at */
function bound(head, at) {
  const parts = [at.space, Buffer.from(at.type), at.record, Buffer.from(at.field), at.author];
  return Buffer.concat([head, label("env", ...parts), bigEndian(at.revision, 8)]);
}

/** @param {number} length */
function bucket(length) {
  if (length > 4096) return Math.ceil(length / 4096) * 4096;
  return Math.max(64, 2 ** Math.ceil(Math.log2(length)));
}

/** @param {Uint8Array} nonce @param {Uint8Array} key @param {Uint8Array} plaintext @param {number} epoch @param {Place} at */
function seal(nonce, key, plaintext, epoch, at) {
  const head = Buffer.concat([bytes("4d010101"), bigEndian(epoch, 4)]);
  const padded = Buffer.alloc(bucket(plaintext.length + 1));
  padded.set(plaintext);
  padded[plaintext.length] = 0x80;
  const closed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, bound(head, at), null, nonce, key);
  return Buffer.concat([head, nonce, closed]);
}

/** @param {Uint8Array} key @param {Buffer} envelope @param {Place} at */
function open(key, envelope, at) {
  assert.equal(hex(envelope.subarray(0, 4)), "4d010101");
  const [head, nonce, closed] = [envelope.subarray(0, 8), envelope.subarray(8, 32), envelope.subarray(32)];
  const padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, closed, bound(head, at), nonce, key);
  const mark = Buffer.from(padded).lastIndexOf(0x80);
  assert.ok(mark >= 0 && padded.subarray(mark + 1).every((zero) => zero === 0));
  return Buffer.from(padded.subarray(0, mark));
}

/** @param {Uint8Array} secret */
function written(secret) {
  const check = createHmac("sha256", label("check-characters")).update(secret).digest().readUInt16BE() >> 6;
  const body = BigInt(`0x${hex(secret)}`) << 2n;
  const number = (body << 10n) | BigInt(check);
  const characters = Array.from(
    { length: 28 },
    (_, place) => ALPHABET[Number((number >> BigInt(5 * (27 - place))) & 31n)],
  );
  return characters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/** @type {Record<string, () => void>} */
const proofs = {
  hkdf() {
    for (const { ikm, salt, info, length, okm } of vectors.hkdf_sha256)
      assert.equal(hex(hkdf(bytes(ikm), bytes(info), length, bytes(salt))), okm);
  },
  label() {
    for (const { name, parts, bytes: expected } of vectors.label)
      assert.equal(hex(label(name, ...parts.map(bytes))), expected);
  },
  passphrase() {
    const { password_utf8_nfc, salt, argon2id, person, ...expected } = vectors.password;
    const root = sodium.crypto_pwhash(
      argon2id.out,
      password_utf8_nfc.normalize("NFC"),
      bytes(salt),
      argon2id.t,
      argon2id.m_KiB * 1024,
      sodium.crypto_pwhash_ALG_ARGON2ID13,
    );
    const auth = hkdf(root, label("auth", bytes(person)));
    assert.equal(hex(root), expected.root);
    assert.equal(hex(auth), expected.auth);
    assert.equal(hex(sha256(auth)), expected.verifier_sha256);
    assert.equal(hex(hkdf(root, label("kek", bytes(person)))), expected.kek);
    assert.equal(hex(hkdf(root, label("drawer-kek", bytes(person)))), expected.drawer_kek);
  },
  space() {
    const { space_key, author_a, author_b, author_key_a, author_key_b, thread, thread_key_a } = vectors.space;
    assert.equal(hex(hkdf(bytes(space_key), label("author", bytes(author_a)))), author_key_a);
    assert.equal(hex(hkdf(bytes(space_key), label("author", bytes(author_b)))), author_key_b);
    assert.equal(hex(hkdf(bytes(author_key_a), label("thread", bytes(thread)))), thread_key_a);
  },
  envelope() {
    assert.equal(hex(bound(bytes("4d01010100000003"), at)), vectors.envelope.aad_of_first);
    for (const { plaintext, nonce, length, envelope, envelope_sha256 } of vectors.envelope.cases) {
      const words = plaintext.startsWith("0x") ? Buffer.alloc(5000, 0x79) : bytes(plaintext);
      const sealed = seal(bytes(nonce), key, words, vectors.space.epoch, at);
      assert.equal(sealed.length, length);
      assert.equal(hex(sha256(sealed)), envelope_sha256 ?? hex(sha256(bytes(envelope))));
      assert.deepEqual(open(key, sealed, at), words);
    }
  },
  refusals() {
    for (const { name, envelope } of vectors.must_refuse.envelopes)
      assert.throws(() => open(key, bytes(envelope), at), undefined, name);
    const first = bytes(vectors.envelope.cases[0].envelope);
    const elsewhere = { space: NOBODY, type: "draft", record: NOBODY, field: "title", author: NOBODY, revision: 13 };
    for (const [name, value] of Object.entries(elsewhere))
      assert.throws(() => open(key, first, { ...at, [name]: value }), undefined, name);
    assert.throws(() => open(bytes(vectors.space.author_key_b), first, at));
  },
  slots() {
    const { slot, kind, revision, envelope, bundle_bytes } = vectors.key_slot;
    const author = bytes(vectors.password.person);
    const slotted = { space: NOBODY, type: "slot", record: bytes(slot), field: kind, author, revision };
    assert.equal(hex(open(bytes(vectors.password.kek), bytes(envelope), slotted)), bundle_bytes);
    const row = vectors.unlock_row;
    const rowed = { space: NOBODY, type: "unlock", record: bytes(row.row), field: "bundle", author, revision: 1 };
    assert.equal(hex(open(bytes(row.unlock_key_in_cookie), bytes(row.envelope), rowed)), bundle_bytes);
  },
  grant() {
    const { scope, subject, thread, grantee, grantee_x25519_secret, grantee_x25519_public, ...rest } = vectors.grant;
    const meta = label(
      "grant",
      at.space,
      bigEndian(vectors.space.epoch, 4),
      Buffer.from(scope),
      bytes(subject),
      bytes(thread),
      bytes(grantee),
      bytes(grantee_x25519_public),
      bytes(rest.grantor),
      bigEndian(rest.not_after, 8),
    );
    assert.equal(hex(meta), rest.meta);
    const box = bytes(rest.sealed_box);
    const signed = Buffer.concat([meta, box]);
    const signer = bytes(rest.grantor_ed25519_public);
    assert.ok(sodium.crypto_sign_verify_detached(bytes(rest.signature), signed, signer));
    const opened = sodium.crypto_box_seal_open(box, bytes(grantee_x25519_public), bytes(grantee_x25519_secret));
    assert.equal(hex(opened), vectors.space.thread_key_a + hex(sha256(meta)));
  },
  recovery() {
    const { secret, code, kek } = vectors.recovery_code;
    assert.equal(written(bytes(secret)), code);
    assert.equal(hex(hkdf(bytes(secret), label("recovery-kek", bytes(vectors.password.person)))), kek);
  },
};

const { context } = vectors.envelope;
const key = bytes(vectors.space.thread_key_a);
/** @type {Place} */
const at = {
  space: bytes(context.space),
  type: context.record_type,
  record: bytes(context.record),
  field: context.field,
  author: bytes(context.author),
  revision: context.revision,
};
for (const prove of Object.values(proofs)) prove();
console.log(`${Object.keys(proofs).length} kinds of vectors hold in JavaScript`);
