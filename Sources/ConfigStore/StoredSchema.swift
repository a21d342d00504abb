/// The tables. Each object is kept whole as canonical JSON in `body`; beside it stand the columns that a broker looks things up by, and that the
/// references are checked with. Keys are names and SIDs in lower case.
enum StoredSchema {
  /// SQLite's `user_version`; a database of any other is not read.
  static let version = 1
  /// SQLite's `application_id`: "CNBC".
  static let applicationID = 0x434E_4243

  static let sql = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE sites (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
    CREATE TABLE zones (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
    CREATE TABLE edge_servers (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
    CREATE TABLE accounts (
      position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('user', 'group')), body TEXT NOT NULL) STRICT;
    CREATE TABLE hypervisor_connections (
      position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, zone TEXT NOT NULL REFERENCES zones (key), body TEXT NOT NULL) STRICT;
    CREATE TABLE machine_catalogs (
      position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, zone TEXT NOT NULL REFERENCES zones (key),
      hypervisor_connection TEXT REFERENCES hypervisor_connections (key), body TEXT NOT NULL) STRICT;
    CREATE TABLE delivery_groups (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
    CREATE TABLE applications (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
    CREATE TABLE application_groups (
      application TEXT NOT NULL REFERENCES applications (key), delivery_group TEXT NOT NULL REFERENCES delivery_groups (key)) STRICT;
    CREATE TABLE entitlements (
      position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, delivery_group TEXT NOT NULL REFERENCES delivery_groups (key),
      application TEXT REFERENCES applications (key), body TEXT NOT NULL) STRICT;
    CREATE TABLE entitlement_accounts (
      entitlement TEXT NOT NULL REFERENCES entitlements (key), account TEXT NOT NULL REFERENCES accounts (key), excluded INTEGER NOT NULL) STRICT;
    CREATE TABLE machines (
      position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, dns_name TEXT NOT NULL UNIQUE, sid TEXT NOT NULL UNIQUE,
      catalog TEXT NOT NULL REFERENCES machine_catalogs (key), delivery_group TEXT REFERENCES delivery_groups (key), body TEXT NOT NULL) STRICT;
    CREATE TABLE machine_accounts (machine TEXT NOT NULL REFERENCES machines (key), account TEXT NOT NULL REFERENCES accounts (key)) STRICT;
    CREATE TABLE settings (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
    CREATE INDEX machines_by_delivery_group ON machines (delivery_group);
    CREATE INDEX entitlement_accounts_by_account ON entitlement_accounts (account);
    CREATE INDEX entitlement_accounts_by_entitlement ON entitlement_accounts (entitlement);
    CREATE INDEX application_groups_by_delivery_group ON application_groups (delivery_group);
    CREATE INDEX machine_accounts_by_account ON machine_accounts (account);
    """

  /// The table of each kind, by the kind's JSON name, and the rows of the two kinds that share one.
  static let tables: [(kind: String, from: String)] = [
    ("sites", "sites"), ("zones", "zones"), ("edgeServers", "edge_servers"), ("hypervisorConnections", "hypervisor_connections"),
    ("machineCatalogs", "machine_catalogs"), ("deliveryGroups", "delivery_groups"), ("applications", "applications"),
    ("entitlements", "entitlements"), ("machines", "machines"), ("users", "accounts WHERE kind = 'user'"),
    ("groups", "accounts WHERE kind = 'group'"), ("settings", "settings"),
  ]
}
