"""A bare bulk insert of the rows of a database into a new one of the same schema: one transaction, as durable."""
import json, os, sqlite3, sys, time

source, folder = sys.argv[1:3]
path = os.path.join(folder, "peer.sqlite")
if os.path.exists(path): os.remove(path)
known = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
schema = [row[0] for row in known.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")]
tables = [row[0] for row in known.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
rows = {table: known.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
known.close()

begin, cpu = time.monotonic(), time.process_time()
new = sqlite3.connect(path, isolation_level=None)
new.execute("PRAGMA journal_mode = MEMORY")
new.execute("PRAGMA synchronous = FULL")
new.execute("BEGIN")
for sql in schema: new.execute(sql)
for table in tables:
    if rows[table]: new.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[table][0]))})", rows[table])
new.execute("COMMIT")
new.close()
print(json.dumps({"what": "sqlite", "count": sum(map(len, rows.values())), "seconds": time.monotonic() - begin, "cpu": time.process_time() - cpu}))
