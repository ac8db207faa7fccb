"""Reads a data folder as docs/storage-format.md says, without Telltale."""

import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq


def live_segments(folder, kind):
    """(level, path or None, commit_seq, inline bytes or None) of every live segment, as of one moment."""
    catalog = sqlite3.connect(f"file:{folder}/catalog.db?mode=ro", uri=True)
    try:
        rows = catalog.execute(
            "SELECT s.level, s.file, s.commit_seq, i.bytes FROM segment s LEFT JOIN segment_inline i ON i.id = s.id WHERE s.state = 'live' AND s.kind = ?",
            [kind],
        ).fetchall()
    finally:
        catalog.close()
    return [(level, file and f"{folder}/{file}", commit_seq, inline) for level, file, commit_seq, inline in rows]


def parquet_files(folder, kind):
    return [file for level, file, _, _ in live_segments(folder, kind) if level >= 1]


def read_all(folder, kind):
    """Every stored row of a kind, the newest ones included."""
    return pa.concat_tables([table_of(segment) for segment in live_segments(folder, kind)], promote_options="permissive")


def table_of(segment):
    level, file, commit_seq, inline = segment
    if level >= 1:
        return pq.read_table(file)
    source = pa.BufferReader(inline) if file is None else pa.OSFile(file)
    table = pa.ipc.open_stream(pa.CompressedInputStream(source, "zstd")).read_all()
    table = table.append_column("commit_seq", pa.array([commit_seq] * len(table), pa.int64()))
    return table.append_column("commit_row", pa.array(range(len(table)), pa.int64()))
