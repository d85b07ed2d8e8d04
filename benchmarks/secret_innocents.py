"""More than 150 texts without a secret in them, of the kinds that agents read and write all day. What is
random in them (hashes, ids, images) is drawn when the module is loaded, from a fixed seed.
"""

from __future__ import annotations

from benchmarks.secret_shapes import base64, drawn, hexes


def _hashes() -> list[str]:
    uuid = "-".join(hexes(n) for n in (8, 4, 4, 4, 12))
    return [
        f"commit {hexes(40)}\nAuthor: Alice <alice@example.com>\n",
        f"index {hexes(7)}..{hexes(7)} 100644",
        f"{hexes(40)} refs/heads/main",
        f"Merge: {hexes(9)} {hexes(9)}",
        f'id = "{uuid}"',
        f"request_id={uuid} status=200 duration=12ms",
        f'    "integrity": "sha512-{base64(86)}=="',
        f"  integrity sha512-{base64(86)}==",
        f'<script src="x.js" integrity="sha384-{base64(64)}" crossorigin="anonymous"></script>',
        f'checksum = "{hexes(64)}"',
        f"    --hash=sha256:{hexes(64)} \\",
        f"golang.org/x/mod v0.8.0 h1:{base64(43)}=",
        f"image: nginx@sha256:{hexes(64)}",
        f"{hexes(64)}  dist/app.tar.gz",
        f'ETag: "{hexes(32)}"',
        f'assert digest(b"abc") == "{hexes(64)}"',
        f'EXPECTED_MD5 = "{hexes(32)}"',
        f"AI-Trace: gen_20260201_{hexes(10)}",
        f'<img src="data:image/png;base64,{base64(400)}="/>',
        f"background: url(data:font/woff2;base64,{base64(300)})",
        f"{base64(76)}\n{base64(76)}\n{base64(30)}==",
        "-----BEGIN CERTIFICATE-----\n"
        + "\n".join(base64(64) for _ in range(5))
        + "\n-----END CERTIFICATE-----",
        f"-----BEGIN PUBLIC KEY-----\n{base64(64)}\n{base64(44)}\n-----END PUBLIC KEY-----",
        f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{base64(48)} alice@laptop",
        f"host ssh-rsa AAAAB3NzaC1yc2E{base64(340)}==",
        f"SHA256:{base64(43)} alice@laptop (ED25519)",
        f'"resolved": "https://host/a/-/a-1.0.0.tgz#{hexes(40)}"',
        f"pick {hexes(7)} Use the new parser",
        f"chunk-{hexes(8)}.js  12.3 kB",
        f'W/"{drawn(27)}"',
        f"traceparent: 00-{hexes(32)}-{hexes(16)}-01",
        f"container {hexes(12)} exited with 0",
        f"-----BEGIN PGP SIGNATURE-----\n\n{base64(64)}\n=a1b2\n-----END PGP SIGNATURE-----",
        f"/nix/store/{drawn(32, 'abcdfghijklmnpqrsvwxyz0123456789')}-glibc-2.38",
        f"ipfs://bafybei{drawn(52, 'abcdefghijklmnopqrstuvwxyz234567')}",
        f"0x{hexes(40)} is the address of the contract",
        f'build_id = "{drawn(21)}"',
        f"01{drawn(24, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')} processed",
    ]


PLACEHOLDERS = [
    'API_KEY="<your-api-key>"', "export TOKEN=${TOKEN}", 'token = os.environ["TOKEN"]', "password = getpass()",
    'const token = process.env.GITHUB_TOKEN', "token: ${{ secrets.GITHUB_TOKEN }}", "password: {{ vault_db_password }}",
    "GITHUB_TOKEN=ghp_" + "x" * 36, "OPENAI_API_KEY=sk-...", "OPENAI_API_KEY=sk-your-key-here",
    "AWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "curl -u username:password https://host",
    "curl -u $USER:$PASSWORD https://host", 'curl -u "${USER}:${TOKEN}" https://host', "mysql -u root -p shop",
    "mysql -uroot -p", "mysql -p$MYSQL_PASSWORD shop", "sshpass -e ssh host", "sshpass -p $PASS ssh host",
    "docker login -u ci -p $CI_TOKEN", "docker login -u ci --password-stdin", "redis-cli -a $REDIS_PASSWORD ping",
    "redis-cli --askpass", "psql postgres://user:password@localhost/db", "https://<user>:<token>@host/repo.git",
    "Authorization: Bearer $TOKEN", "Authorization: Bearer <access_token>", "'Authorization': `Bearer ${token}`",
    'headers["Authorization"] = f"Bearer {token}"', "Authorization: Basic <base64 of user:password>",
    "machine <host> login <user> password <token>", "*:*:*:postgres:<password>", "IDENTIFIED BY '<password>'",
    "PASSWORD '%s'", "IDENTIFIED BY :password", "WITH PASSWORD $1", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
    'PEM = "-----BEGIN PRIVATE KEY-----\\n<key>\\n-----END PRIVATE KEY-----"', "//registry.host/:_authToken=${NPM_TOKEN}",
    '{"auths": {"host": {"auth": "<base64>"}}}', "Cookie: sessionid=<session>", "Set-Cookie: theme=dark; Path=/",
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "https://discord.com/api/webhooks/<id>/<token>", "&X-Amz-Signature=<signature>", "Password={password};Encrypt=True",
    "openssl rsa -passin env:PASS", "openssl rsa -passin file:secret.txt", "requirepass foobared", "xoxb-your-token",
]  # fmt: skip

COMMANDS = [
    "mkdir -p src/app/main1", "docker run -u 1000:1000 -p 8080:80 nginx", "git push -u origin feature/login-2",
    "cp -p a1.txt b2.txt", "sort -u names.txt", "ssh -p 2222 deploy@host", "python -u worker.py:8000",
    "id -u deploy1:x", "rsync -a --password-file=/etc/rsync.pass src dst", "tar -xpf archive2024.tar", "nc -p 4444 host",
    "patch -p1 < fix.diff", "docker exec -u root:root app sh", "chown -R 1000:1000 /data", "useradd -p '' -u 1001 bob",
    "curl -sS -o out.json https://host/v1/users?page=2&limit=100", "systemctl --user restart app.service",
    "pg_dump -U app -h db -p 5432 shop > d.sql", "redis-cli -p 6379 -n 2 keys 'a:*'", "kubectl -n prod get secret db-pass",
    "mysql --protocol=tcp -h 127.0.0.1 -P 3306", "ls -la ~/.ssh/id_rsa", "ansible-vault edit group_vars/all.yml",
    "mysqldump -u root -p --single-transaction shop", "docker compose -p project1 up -d", "gh auth login --with-token < f",
    "git -c user.name=x commit -m 'Rotate the token'", "grep -rn 'password' src/ | head -20", "pass show web/forge",
    "ssh-keygen -t ed25519 -C alice@host -f ~/.ssh/id2",
]  # fmt: skip

CODE = [
    "def check_password(user: User, password: str) -> bool:", "if not verify(password, user.password_hash):",
    "tokens = tokenizer.encode(text1, max_length=512)", 'self.token = kwargs.pop("token", None)',
    "const [password, setPassword] = useState('');", 'secretKeyRef: {name: db, key: password}', "next_token = response2.token",
    "max_tokens: 4096", '"token_type": "bearer", "expires_in": 3600', "for key, value in sorted(items.items()):",
    "primary_key=True, foreign_key='users.id'", "key = f'{prefix}:{user_id}:profile2'", "password_reset_timeout = 259200",
    'raise AuthError("invalid token: signature mismatch at 42")', "sort_key = lambda row: row.created_at2",
    'public_key = load("keys/service1.pub")', "color: #3fa9b1; background: rgba(12,34,56,.7)", "#3FA9B1 #ffcc00 #0b9c41d2",
    "margin:0 auto;padding:1rem 2rem;font:12px/1.5 -apple-system", "!function(e,t){var n={};function r(o){if(n[o])return n[o].exports}}(this);",
    'e.exports=JSON.parse(\'{"a":1,"b":[2,3]}\')', "function a1(b2,c3){return b2?c3.d4(e5=>e5.f6(7)):null}", 'sk_buff *skb = alloc_skb(len, GFP_KERNEL);',
    "AbstractSingletonProxyFactoryBeanConfigurationProviderImpl2 x;", "from app.services.authentication.tokens import refresh_access_token_v2",
    "/home/alice/projects/shop-2/node_modules/@babel/core/lib/index.js:123:45", "https://host/search?q=secret+santa&page=2&sort=date_desc",
    "https://host:8443/a/b?id=42#token-refresh", "C:\\Users\\alice\\AppData\\Local\\Temp\\tmp8a7b3c", "s/%20/ /g; s/%2B/+/g",
    "100%25 of 50%2F60", "printf('%-20s|%5d%%\\n', name, pct)", "\x1b[32m✓\x1b[0m 42 tests passed \x1b[90m(1.2s)\x1b[0m",
    "\x1b[1m\x1b[31mE   AssertionError: password mismatch\x1b[0m", "re.compile(r'gh[pousr]_[A-Za-z0-9]{36}')", "AKIA[0-9A-Z]{16}",
    "if line.startswith('-----BEGIN RSA PRIVATE KEY-----'):\n    continue\nx = 1", "regex: 'xox[baprs]-[0-9A-Za-z-]+'", "&nbsp;&#8230;&#x27;",
    "'\\u00e9t\\u00e9'.encode() == b'\\xc3\\xa9t\\xc3\\xa9'", "SKU12345678 SKILL_LEVEL_3 SGML.parser.base", "AAAA: 2001:db8:85a3::8a2e:370:7334",
    "npm_config_registry=https://host/ npm_package_version=1.2.3", "hf_hub_download(repo_id='org/model-7b')", "glob-parent@5.1.2, dapi.py, r8_t2",
]  # fmt: skip

PROSE = [
    "# Tokens\nPersonal access tokens start with `ghp_` and are 40 characters long.", "Keys of the form `sk-ant-…` go into the environment.",
    "machine learning login flows need a password policy", "The machine runs; then login with your password twice.",
    "Passwort vergessen? Geben Sie Ihre E-Mail-Adresse ein.", 'msgid "Password:"\nmsgstr "Mot de passe :"', "password: パスワード",
    '"login.password.label": "Contraseña"', "name: build\non: push\njobs:\n  test:\n    runs-on: ubuntu-22.04", "version: '3.9'\nservices:\n  db:\n    image: postgres:16",
    "replicas: 3\nstrategy: {type: RollingUpdate}", "The bearer of this letter, authentication-is-needed or not, may enter.",
    "Basic authorization: see RFC 7617.", "- [ ] rotate the deploy key before 2026-03-01", "The secret: work hard, sleep well.", "Each cookie: a name, a value, a path.",
    "| user | role | token limit |\n|---|---|---|\n| bob | admin | 4096 |", "12:34:56 alice: did you set the password? bob: yes, yesterday", "localhost:5432:shop:app is what the log shows",
    "2026-02-01T10:00:00Z INFO user=42 action=login key=profile-2 took=13ms", "Signature=valid; Algorithm=RS256; sig=ok", "SharedAccessSignature is how Azure calls it.",
]  # fmt: skip

INNOCENTS = _hashes() + PLACEHOLDERS + COMMANDS + CODE + PROSE
"""All of them, in an order that does not change."""
