#!/bin/bash
# Tried: lmdb 3.5.6 (npm, with its prebuilt LMDB) on node 20, Linux x86-64.
#
# db.transaction(callback) whose callback throws rejects its promise and commits what the callback had written before:
# after money was taken from one account and the callback threw, it is gone. The same callback in transactionSync or
# childTransaction leaves everything as it was.
#
# Seen (a: 100, b: 0; the callback takes 40 from a, then throws before it gives them to b):
#   transaction:       rejected with the error, then a 60, b 0; also after the database was opened anew
#   transactionSync:   threw the error, then a 100, b 0
#   childTransaction:  rejected with the error, then a 100, b 0
#
# Who is surprised: whoever moves code from transactionSync to transaction so as not to block, or from any other
# database: a rejected promise of a transaction is taken for a rollback.
# Why it matters: half of a change is on the disk, for good, and the caller has been told that it failed.
#
# Documentation: the README calls transaction atomic, isolated and fully ACID compliant. That an error aborts is said
# of the other two; that it does not abort here is to be concluded from that. The author says so in an answer of 2021.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
echo '{"name": "finding", "version": "1.0.0", "private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts lmdb@3.5.6 > log 2>&1 || { cat log >&2; exit 2; }

cat > throws.js <<'N'
const {open} = require('lmdb')

async function show(what) {
    let db = open({path: what + '.mdb'})
    await db.put('a', 100)
    await db.put('b', 0)
    const move = () => {
        db.put('a', db.get('a') - 40)
        if (db.get('a') !== 60) process.exit(2)
        throw new Error('no such account')
    }
    let said = 'nothing'
    try {
        await db[what](move)
    } catch (e) {
        said = e.message
    }
    await db.flushed
    await db.close()
    db = open({path: what + '.mdb'})
    console.log(`${what}: ${said}, then a ${db.get('a')}, b ${db.get('b')}`)
    await db.close()
}

async function main() {
    await show('transaction')
    await show('transactionSync')
    await show('childTransaction')
}
main()
N
node --version
node throws.js | tee seen
diff - seen <<'S'
transaction: no such account, then a 60, b 0
transactionSync: no such account, then a 100, b 0
childTransaction: no such account, then a 100, b 0
S
