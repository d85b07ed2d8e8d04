"""More than 390 texts without a secret in them, of the kinds that agents read and write all day. What is
random in them (hashes, ids, images) is drawn when the module is loaded, from a fixed seed.
"""

from __future__ import annotations

from benchmarks.secret_shapes import WORDLIKE, base64, drawn, hexes


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

MORE = [
    "PASS: tests/run_case1.sh", "PASS test_login_2 (0.3s)", "pass: 12 fail: 0", "pass=3, fail=0", "bypass=true1", "compass = north2",
    "live_migration_state_changed_1 tfp_distributions_normal_2024", "static int fw_devlink_create_devlink_from_sup_2(struct device *con)",
    "napi_schedule_irqoff napi_gro_receive_list_internal2", "napi_create_external_arraybuffer_with_finalizer1",
    "sgp_ec_table rnd_seed_from_entropy_pool_64 vcp_state_update_count_2", "sb_secret_name ops_eyeball tk-us-english",
    "nvapi-sys crate version 0.1.3-alpha.2", "xai-explainability-toolkit-for-transformers==0.2.1-beta.3-release-candidate-2",
    "pplx-python-client-library-for-testing-1.2", "figd_config CFPAT- pat-na1- EZAK", "https://host/x?sig=ok&token=page2",
    "git log --format='%h %an <%ae>' -n 5 --author=deploy:ci2", "unzip -P", "zip -r out2.zip src", "7z a -p out.7z", "7z x archive1.7z -oout2",
    "tar -P -xf a1.tar", "ssh -p2222 host", "nmap -p1-65535 -T4 host1", "mkdir -pv /srv/app2", "cut -d: -f1,3 /etc/passwd",
    "ldapsearch -x -W -D cn=admin,dc=x2", "smbclient -L //h1 -N", "net use Z: \\\\h1\\share2 /persistent:yes", "rabbitmqctl add_user app",
    "rabbitmqctl list_users", "mongosh --port 27018 -u root -p", "mongodump -p $MONGO_PW --db x1", "twine upload -r testpypi2 dist/*",
    "az login --identity -u x1", "az login --service-principal -u $ID -p $SECRET --tenant t1", "keytool -list -keystore k1.jks -storepass changeit",
    "keytool -storepass $KS_PASS -alias a1", "openssl enc -aes-256-cbc -kfile key1.txt", "openssl req -key k1.pem -keyout k2.pem",
    "echo $TOKEN | docker login --password-stdin h1", "echo \"$GH_TOKEN\" | gh auth login --with-token", "echo done1 | tee log2",
    "echo 'root:$PW' | chpasswd", "http -a $USER:$PASS https://h1", "https -a user:password h1", "curl -b cookies1.txt https://h1",
    "curl -b 'theme=dark1; lang=en' h", "curl -so out1 https://h:8443/x2", "curl -sSfu https://h1", "sudo -u app2:grp cmd",
    "curl -fsSL https://h1/install.sh | sh -s -- -u deploy:x1", "setenv EDITOR vim9", "ENV NODE_VERSION 20.11.1",
    "ENV TOKEN_URL https://host1/token2", "ARG GITHUB_TOKEN", "ENV SECRET_KEY_FILE /run/secrets/key1", "set -gx PATH /usr/local/bin2 $PATH",
    "ENV MAX_TOKENS 4096", "ENV ACCESS_TOKEN_EXPIRE_MINUTES 30", "npm config set registry https://host1/", "aws configure set region eu-west-1",
    "git config set credential.helper store2", "kubectl config set-context prod1 --namespace=x2", '<add key="PasswordPolicy" value="Strong2" />',
    '<add key="TokenLifetime" value="3600s" />', '<property name="password" value="${db.password1}"/>',
    '<input name="password" value="" type="password" id="p2">', '<input name="csrf_token" value="{{ csrf_token }}">', "auth=('user', 'password')",
    "auth=(os.environ['U1'], os.environ['P2'])", "client.login('alice', password1)", "page.login('alice@example.com', 'password')",
    'ConvertTo-SecureString "$pw1" -AsPlainText -Force', 'ConvertTo-SecureString $env:PW1', "Authorization: Digest username=\"a1\", realm=\"r2\"",
    "Authorization header1 is missing", "authorization: required-for-all-endpoints-in-version-2",
    "Authorization = AuthorizationStrategyFactoryBuilder2", "authorization: AuthorizationPolicyEvaluator",
    "Cookie: consent=accepted-all-2024; lang=en", "cookie = parse_cookie(request.headers2)", '"cookie": "^0.6.0"',
    '"cookie-session": "^2.1.0-beta.1"', "document.cookie = `theme=${value1}`", "session_cookie_name = 'sessionid'", "SESSION_COOKIE_AGE=1209600",
    "example.com\tFALSE\t/\tTRUE\t0\tlang\ten-US-x-variant-2024", "default login shell is bash2; password ageing is on",
    "machine learning login password policy2", "the default password expires2 soon", "Password (again2): ", "Enter password for user2:",
    'password_confirmation: "must match1"', "identified by 'user2'", "WITH PASSWORD ?", "> AUTH required2", "AUTH LOGIN PLAIN XOAUTH2",
    "masterauth <master-password>", "docker-compose.yml:12:image:app:v1", "src/app.ts:12:34:error:TS2345", "10.0.0.1:5432->5432/tcp",
    "0.0.0.0:8080:80", "fe80::1:8080:80:aa:bb12cc", "aa:bb:cc:dd:ee:ff 00:11:22:33:44:55", "12:34:56:78:9a:bc:de:f0:12:34", "key:1024:abc:def:ghi",
    '{"d": "M12 2L2 7l10 5 10-5-10-5zM2 17l10 5 10-5M2 12l10 5 10-5"}',
    '{"q": "latest news about machine learning models in production environments"}', '{"k": "v", "p": 1, "q": "x"}',
    '{"d": "2026-02-01T10:00:00Z", "k": "some_long_snake_case_key_name_for_testing_purposes_only"}',
    '"p": "path-to-some-very-long-module-name-with-many-words-in-it"', "psk=off", "pre_shared_key_file = /etc/ipsec2.psk", "presharedkey: none",
    "salt = os.urandom(16)", "PASSWORD_SALT_LENGTH = 16", "bcrypt.gensalt(rounds=12)", "app_key = request.args2", "license_key_header = 'X-License2'",
    "master_key.unlock2()", "subscription_key_name", "SUBSCRIPTION_KEY=<key>", "token ||= nil", "@token ||= fetch_token2(user)",
    "this.apiKey ??= config.apiKey2", "password\N{FULLWIDTH COLON}必须包含8个字符",
    "-----BEGIN RSA PRIVATE KEY-----' in text2\n    raise ValueError(\"inline/keys/are/not/allowed/here/at/all/in/config1\")",
    "if '-----BEGIN PRIVATE KEY-----' in x:\n    from app.services.authentication.tokens import refresh2",
    "openssl genrsa | grep 'BEGIN RSA PRIVATE KEY'\nThisIsTheNameOfAClassThatIsVeryLongAndHasNoDigitsInIt",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n...\n-----END OPENSSH PRIVATE KEY-----\nThe next line1.", "AAAA"*20,
    "var a=function(){return b.c.d(e,f)},g=1e3,h=!0;t.exports={token:function(e){return e.token},key:function(t){return t.key}};",
    "e.password&&e.password.length>8&&(n.password=e.password)", "!function(){var t=\"undefined\"!=typeof window?window:{};t.__secret__={a1:1}}()",
    "o.default.createElement(\"input\",{type:\"password\",name:\"password\",value:p.password1})", "webpackJsonp([12],{\"3aB4\":function(e,t,n){}})",
    "&quot;password&quot;: {&quot;type&quot;: &quot;string&quot;, &quot;minLength&quot;: 8}", "&quot;token&quot; is required",
    "label=&quot;API key 2&quot;", "title=\"a &amp; b2\"", "1//0 is a division by zero error", "http://h1//0abc/def", "1/2:3 ratio",
    "1/1234567890123456:done", "A3-landscape-format", "s.replace(s1, s2).strip()", "s.startswithABCDEFGHIJKLMNOP",
    "https://docs.host/s.ABCDEFGHIJKLMNOPQRSTUVWX1", "st.session_state.user_2", "LTAI stands for", "AKIDs and AQVN", "YCAJE", "ATBB", "AKCp", "oy2",
    "dt0c01.sample", "FFFFNRAL", "AZDO", "ASIAN_MARKETS_2024_REPORT", "django-insecure-<key>", "SECRET_KEY = os.environ['X1']",
    "SECRET_KEY = 'change-me-in-production-please-2024-really-do-it-now'", "hooks.zapier.com/hooks/catch/<id>/<hook>", "hooks/catch/errors2",
    "https://api.telegram.org/bot<token>/getMe", "bot123:start", "AWS4-HMAC-SHA256 Credential=<id>, Signature=<hex>", "Key-Pair-Id=K2JCJMDEHXQW5F",
]  # fmt: skip


def _drawn() -> list[str]:
    """Identifiers, digests and pictures of lock files, services and logs."""
    uuid = "-".join(hexes(n) for n in (8, 4, 4, 4, 12))
    return [
        f"\"dist\": {{\"shasum\": \"{hexes(40)}\", \"integrity\": \"sha512-{base64(86)}==\"}}", f"  resolution: {{integrity: sha512-{base64(86)}==}}",
        f"__metadata:\n  version: 8\n  cacheKey: 10c0\n\nchecksum: 10c0/{hexes(128)}", f'Cargo.lock: checksum = "{hexes(64)}"',
        f'    {{ url = "https://files.host/x.whl", hash = "sha256:{hexes(64)}", size = 1234 }},',
        f"github.com/x/y v0.0.0-20230101000000-{hexes(12)} h1:{base64(43)}=", f"PODFILE CHECKSUM: {hexes(40)}", f'"content-hash": "{hexes(32)}"',
        f"ref: refs/heads/main\n{hexes(40)}\trefs/pull/1/head", f"sha256-{base64(43)}=", f"narHash = \"sha256-{base64(43)}=\";", f'"rev": "{hexes(40)}"',
        f"cid: {hexes(12)}", f"X-Request-Id: {uuid}", f"x-amzn-trace-id: Root=1-{hexes(8)}-{hexes(24)}", f"sentry-trace: {hexes(32)}-{hexes(16)}-1",
        f'"trace_id": "{hexes(32)}", "span_id": "{hexes(16)}"', f"docker pull host/app@sha256:{hexes(64)}", f"layer sha256:{hexes(64)}: Pull complete",
        "arn:aws:iam::123456789012:role/deploy-role1", f"ami-{hexes(17)} i-{hexes(17)} sg-{hexes(8)} vpc-{hexes(17)}", f"subnet: subnet-{hexes(17)}",
        f"cus_{drawn(14)} pi_{drawn(24)} price_{drawn(24)} evt_{drawn(24)}", f"pk_test_{drawn(24)} is publishable", f"pk.eyJ1Ijoi{drawn(30)}.{drawn(22)}",
        f"msg_{drawn(24)} chatcmpl-{drawn(29)} resp_{hexes(48)} req_{drawn(24)} toolu_{drawn(24)} call_{drawn(24)} run_{drawn(24)} thread_{drawn(24)} asst_{drawn(24)}",
        "re_compile_pattern_2 fw_update_firmware_version_12 aio_read_request_handler_v2",
        "https://app.figma.com/file/"+drawn(22)+"/Design?node-id=12-345", "https://docs.google.com/document/d/"+drawn(44, WORDLIKE)+"/edit",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL"+drawn(32, WORDLIKE), "https://host/?state="+hexes(8)+"&code_challenge_method=S256",
        "SHA1 Fingerprint=" + ":".join(hexes(2).upper() for _ in range(20)), "urn:uuid:"+uuid,
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"+base64(80)+"\nfoo\nbar1", f"//# sourceMappingURL=data:application/json;base64,{base64(300)}",
        f"AgAAAA{base64(200)}", f"iVBORw0KGgo{base64(400)}", f"R0lGODlh{base64(120)}", f"JVBERi0xLjQK{base64(150)}", f"UEsDBBQAAAAI{base64(90)}",
        f"H4sIAAAAAAAA{base64(90)}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", f"mQINBF{base64(300)}", f"MIIDdzCCAl+gAwIBAgIE{base64(200)}",
    ]  # fmt: skip


INNOCENTS = _hashes() + PLACEHOLDERS + COMMANDS + CODE + PROSE + MORE + _drawn()
"""All of them, in an order that does not change."""
