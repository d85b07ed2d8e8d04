"""Names for measuring the check of dependencies: modules with the package that provides each, and names as
squatters form them, many of which were published as such. All are public facts or made up for this file.
"""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    """Module → package. `text`: `module=package` and so on."""
    rows = (row.partition("=") for row in text.split())
    return {module: package for module, _, package in rows}


#: Module as it is imported → the package that provides it.
MODULES = _pairs(
    """
    _pytest=pytest _yaml=pyyaml aiofiles=aiofiles aiohttp_cors=aiohttp-cors airflow=apache-airflow
    airflow.providers.amazon=apache-airflow-providers-amazon allauth=django-allauth
    alsaaudio=pyalsaaudio anthropic=anthropic apt=python-apt attr=attrs augeas=python-augeas
    avro=avro aws_cdk.aws_s3=aws-cdk-lib azure.cosmos=azure-cosmos azure.functions=azure-functions
    azure.identity=azure-identity azure.keyvault.secrets=azure-keyvault-secrets
    azure.mgmt.compute=azure-mgmt-compute azure.servicebus=azure-servicebus
    azure.storage.blob=azure-storage-blob babel=babel backports.tarfile=backports-tarfile
    backports.zoneinfo=backports-zoneinfo bcrypt=bcrypt Bio=biopython bluetooth=pybluez
    botocore=botocore bpy=bpy brotli=brotli bs4=beautifulsoup4 bs4.element=beautifulsoup4
    bson=pymongo cachetools=cachetools caffe2=torch cairo=pycairo cairocffi=cairocffi
    cairosvg=cairosvg can=python-can capnp=pycapnp cassandra=cassandra-driver cbor2=cbor2 cffi=cffi
    chess=chess chromadb=chromadb clr=pythonnet cohere=cohere colorama=colorama
    community=python-louvain compose=docker-compose comtypes=comtypes constraint=python-constraint
    consul=python-consul corsheaders=django-cors-headers crispy_forms=django-crispy-forms
    crontab=python-crontab Crypto=pycryptodome cups=pycups curl=pycurl cv2=opencv-python
    cx_Oracle=cx-oracle Cython=cython daemon=python-daemon databricks.sql=databricks-sql-connector
    dateparser=dateparser dateutil=python-dateutil dbus=dbus-python dbusmock=python-dbusmock
    debug_toolbar=django-debug-toolbar deepdiff=deepdiff discord=discord-py
    django_filters=django-filter dmidecode=python-dmidecode dns=dnspython docx=python-docx
    dot_parser=pydot dotenv=python-dotenv ebooklib=ebooklib ecdsa=ecdsa editor=python-editor
    elasticsearch_dsl=elasticsearch-dsl email_validator=email-validator engineio=python-engineio
    environ=django-environ etcd3=etcd3 evdev=evdev exif=exif facebook=facebook-sdk faiss=faiss-cpu
    fastapi_users=fastapi-users fdb=fdb ffmpeg=ffmpeg-python fitz=pymupdf flask_cors=flask-cors
    flask_login=flask-login flask_migrate=flask-migrate flask_restful=flask-restful
    flask_sqlalchemy=flask-sqlalchemy flask_wtf=flask-wtf fontTools=fonttools fuzzywuzzy=fuzzywuzzy
    genshi=genshi geoip2=geoip2 gi=pygobject git=gitpython github=pygithub gitlab=python-gitlab
    gnupg=python-gnupg google.ads=google-ads google.analytics=google-analytics-data
    google.auth=google-auth google.cloud.bigquery=google-cloud-bigquery
    google.cloud.firestore=google-cloud-firestore google.cloud.pubsub_v1=google-cloud-pubsub
    google.cloud.secretmanager=google-cloud-secret-manager google.cloud.storage=google-cloud-storage
    google.genai=google-genai google.oauth2=google-auth google.protobuf=protobuf
    google_auth_oauthlib=google-auth-oauthlib googleapiclient=google-api-python-client gps=gps
    graphql=graphql-core graphviz=graphviz gridfs=pymongo grpc=grpcio
    grpc_health=grpcio-health-checking grpc_tools=grpcio-tools gtts=gtts haystack=haystack-ai
    hdbscan=hdbscan hid=hidapi html5lib=html5lib hvac=hvac ibm_db=ibm-db igraph=igraph
    imblearn=imbalanced-learn influxdb_client=influxdb-client IPython=ipython ipywidgets=ipywidgets
    iso8601=iso8601 itsdangerous=itsdangerous jaeger_client=jaeger-client
    jaraco.functools=jaraco-functools jaraco.text=jaraco-text jaydebeapi=jaydebeapi
    jenkins=python-jenkins jinja2=jinja2 jira=jira jks=pyjks jose=python-jose
    jupyter_client=jupyter-client jwt=pyjwt kafka=kafka-python kubernetes=kubernetes
    langchain_core=langchain-core langchain_openai=langchain-openai ldap=python-ldap ldap3=ldap3
    Levenshtein=levenshtein libtorrent=libtorrent lightgbm=lightgbm linkedin=python-linkedin
    llama_index.core=llama-index-core louvain=louvain lxml=lxml lzo=python-lzo magic=python-magic
    mailchimp_marketing=mailchimp-marketing markdown=markdown markdown_it=markdown-it-py
    markupsafe=markupsafe mdit_py_plugins=mdit-py-plugins memcache=python-memcached mock=mock
    moto=moto mpi4py=mpi4py mpl_toolkits.mplot3d=matplotlib msal=msal msgpack=msgpack msrest=msrest
    multipart=python-multipart mygene=mygene mysql.connector=mysql-connector-python
    MySQLdb=mysqlclient MySQLdb.cursors=mysqlclient nacl=pynacl nacl.secret=pynacl
    nacl.signing=pynacl nbformat=nbformat neo4j=neo4j netaddr=netaddr netCDF4=netcdf4 nio=matrix-nio
    nlopt=nlopt nmap=python-nmap notebook=notebook oauth2client=oauth2client oauthlib=oauthlib
    odf=odfpy onelogin=python3-saml onnx=onnx onnxruntime=onnxruntime openai=openai OpenEXR=openexr
    OpenGL=pyopengl openpyxl=openpyxl OpenSSL=pyopenssl OpenSSL.crypto=pyopenssl
    opentelemetry.exporter.otlp=opentelemetry-exporter-otlp
    opentelemetry.instrumentation.flask=opentelemetry-instrumentation-flask
    opentelemetry.sdk=opentelemetry-sdk opentelemetry.trace=opentelemetry-api oracledb=oracledb
    osgeo=gdal pam=python-pam parsedatetime=parsedatetime passlib=passlib past=future path=path
    pcap=pypcap pcapy=pcapy pexpect=pexpect phonenumbers=phonenumbers pika=pika PIL=pillow
    PIL.Image=pillow pinecone=pinecone pkg_resources=setuptools playhouse=peewee playsound=playsound
    plexapi=plexapi png=pypng pptx=python-pptx prompt_toolkit=prompt-toolkit psycopg=psycopg
    psycopg2=psycopg2 pwn=pwntools pyasn1=pyasn1 pyaudio=pyaudio pybind11=pybind11
    pycparser=pycparser pycurl=pycurl pydantic_settings=pydantic-settings pydot=pydot pydub=pydub
    pyftpdlib=pyftpdlib pygame=pygame pygments=pygments PyInstaller=pyinstaller pylab=matplotlib
    pylibmc=pylibmc pymongo=pymongo pymssql=pymssql pymysql=pymysql pynput=pynput pyodbc=pyodbc
    pypandoc=pypandoc PyPDF2=pypdf2 pyperclip=pyperclip PyQt5=pyqt5 PyQt6=pyqt6 pyscreeze=pyscreeze
    PySide2=pyside2 PySide6=pyside6 pysnmp=pysnmp pyspark=pyspark pytesseract=pytesseract
    pytest_asyncio=pytest-asyncio pytest_mock=pytest-mock pythoncom=pywin32
    pythonjsonlogger=python-json-logger pytz=pytz pyVim=pyvmomi pyVmomi=pyvmomi pywintypes=pywin32
    pywt=pywavelets pyximport=cython qdrant_client=qdrant-client qrcode=qrcode
    rapidjson=python-rapidjson rdkit=rdkit readability=readability-lxml redis=redis regex=regex
    reportlab=reportlab requests_oauthlib=requests-oauthlib rest_framework=djangorestframework
    rest_framework_simplejwt=djangorestframework-simplejwt RPi=rpi-gpio rtree=rtree
    ruamel.std=ruamel-std-pathlib ruamel.yaml=ruamel-yaml saml2=pysaml2 sass=libsass scapy=scapy
    scrypt=scrypt semver=semver sentence_transformers=sentence-transformers sentry_sdk=sentry-sdk
    serial=pyserial serial.tools=pyserial setuptools=setuptools sh=sh shapefile=pyshp
    shapely=shapely simple_salesforce=simple-salesforce skimage=scikit-image sklearn=scikit-learn
    skopt=scikit-optimize slack=slackclient slack_sdk=slack-sdk slugify=python-slugify smbc=pysmbc
    smbus=smbus snappy=python-snappy snowflake.connector=snowflake-connector-python
    socketio=python-socketio socks=pysocks sounddevice=sounddevice soundfile=soundfile
    speech_recognition=speechrecognition sphinxcontrib.httpdomain=sphinxcontrib-httpdomain
    spotipy=spotipy sqlalchemy_utils=sqlalchemy-utils sqlparse=sqlparse ssdeep=ssdeep
    sshtunnel=sshtunnel stdnum=python-stdnum storages=django-storages stripe=stripe
    suds=suds-community svgwrite=svgwrite systemd=systemd-python tabula=tabula-py tabulate=tabulate
    taglib=pytaglib talib=ta-lib telegram=python-telegram-bot tempita=tempita
    tensorboardX=tensorboardx tensorflow_hub=tensorflow-hub termcolor=termcolor thrift=thrift
    tiktoken=tiktoken tkcalendar=tkcalendar tlsh=py-tlsh torchvision=torchvision tqdm=tqdm
    transformers=transformers ttkthemes=ttkthemes tzlocal=tzlocal uinput=python-uinput
    umap=umap-learn unidecode=unidecode usb=pyusb usb.core=pyusb usb1=libusb1 uvloop=uvloop
    vlc=python-vlc vobject=vobject wand=wand weaviate=weaviate-client websocket=websocket-client
    websockets=websockets werkzeug=werkzeug whois=python-whois win32api=pywin32
    win32clipboard=pywin32 win32com=pywin32 win32con=pywin32 win32file=pywin32 win32gui=pywin32
    win32service=pywin32 winshell=winshell wmi=wmi wordcloud=wordcloud wx=wxpython xattr=xattr
    xgboost=xgboost Xlib=python-xlib xlrd=xlrd xlsxwriter=xlsxwriter xmltodict=xmltodict
    xxhash=xxhash yaml=pyyaml yara=yara-python youtube_dl=youtube-dl yt_dlp=yt-dlp zeep=zeep
    zmq=pyzmq zmq.asyncio=pyzmq zope.component=zope-component zope.interface=zope-interface
    zope.sqlalchemy=zope-sqlalchemy zstandard=zstandard
    """
)


def _squats(text: str) -> dict[str, str]:
    """Name → the popular package that it leans on. `text`: `package:name,name` and so on."""
    rows = (row.split(":") for row in text.split())
    return {name: twin for twin, names in rows for name in names.split(",")}


PYPI_SQUATS = _squats(
    """
    acquisition:acqusition aiohttp:aiohtttp,aiohtpp,aiohtp,aihottp
    beautifulsoup4:beautifulsoop4,beautifulsoup-4,beatifulsoup4,beautifulsup4,beautifullsoup4
    boto3:bto3,boto3-sdk,b0to3,boto33 botocore:botocre bz2file:bzip celery:celerry
    certifi:certfi,certifie chardet:chardett click:clik,clickk
    colorama:colorma,colourama,c0lorama,colorsama,colorwin,coloramma
    cryptography:crytography,cryptograpy,crypt0graphy,cryptograhpy,crypography discord-py:discordpy
    django:djanga,djangoo,djnago,dajngo,diango,djago eth-account:eth-acount
    fastapi:fastap,fastapii,fatapi flask:flaskk,falsk,python-flask,flak,flsk,fask gunicorn:gunicron
    httpx:httpxx,htpx idna:idnaa jellyfish:jeilyfish jinja2:jinjia2,jinja kafka-python:pythonkafka
    langchain:langchan loguru:loguru-py mariadb:mariabd markupsafe:markupsafee
    matplotlib:matplotlb,mathplotlib,matplotlib-python,matplolib,rnatplotlib,maratlib,matplatlib-plus,mplatlib,matplotlab
    mysqlclient:python-mysql,python-mysqldb numpy:nunpy,numpyy,nuumpy,python-numpy,mumpy,numpi
    openai:openaii,opnai opencv-python:openvc pandas:pandsa,pandass,panda-s,padas
    pillow:pilow,pilllow,pillwo psycopg2:psycog2 py-cord:py-cord-dev pyautogui:pyautogiu,pyautoui
    pycryptodome:pycryptdome,pycrytodome pymongo:python-mongo,pymogo,pymonggo
    pyopenssl:python-openssl pystyle:pystyte,pyslyte pytest:pytets,pytestt
    python-dateutil:python-dateutils,dateutil-python,python-datutil,python3-dateutil,pyton-dateutil
    python-dotenv:python-dotevn,pythondotenv pyyaml:pyyalm,pyyyaml,yaml redis:redis-py,rediss
    requests:reqeusts,requestss,requsts,request-python,rrequests,python-requests-lib,request,requests-httpx,requesrs,requets
    ruamel-yaml:ruamel-yml scikit-learn:scikitlearn,scikit-lern,sckit-learn,learn-scikit,sklearnn
    selenium:selenuim,seleniun,sellenium,selemium,seleniumm,selenim
    setuptools:setuptool,setup-tools,setuptoools simplejson:simplejsn
    sqlalchemy:sqlalchmey,sqlalchemi,sql-alchemy,sqlalchmy,sqlalchemey telethon:telethon2
    tensorflow:tensorfow,tensorflwo,tensor-fl0w,tenserflow,tensoflow torch:pythorch
    torchvision:torchvison tqdm:tqdmm transformers:transformrs typing-extensions:typing-extention
    ultralytics:ultralitics,ultrlytics urllib3:urlib3,urllib33,urllib-3,urllib,urlib-3,pyurllib
    uvicorn:uvicon,uvicornn virtualenv:virtualnv web3:web3-py,web3py
    """
)

NPM_SQUATS = _squats(
    """
    axios:axois,axio,axioss babel-cli:babelcli bcrypt:bcyrpt,bcrpyt bluebird:bluebrid
    caffe:nodecaffe chalk:chalkk,chlak colors:colros commander:commandr
    cross-env:crossenv,cross-env.js d3:d3.js discord.js:discordjs,discord.jss dotenv:dotenvv,dot-env
    electron:electorn eslint:eslnt,eslintt ethers:ethersjs,etherjs express:expres,expresss,exprss
    fabric:fabric-js ffmpeg:ffmepg grunt-cli:gruntcli http-proxy:http-proxy.js jquery:jquery.js
    jsonwebtoken:jsonwebtokn,json-web-token lodash:loadsh,lodashs,lodahs moment:momnet,momment
    mongodb:mongodbb mongoose:mongose mssql:mssql-node,mssql.js mysql:mysqljs node-sass:nodesass
    nodemailer:nodemailer-js,nodemailer.js nodemon:nodemonn,nodmon prettier:prettir
    puppeteer:puppeteer-js,pupeteer,puppetear react:recat,raect,reactt request:requestt,requst
    socket.io:socketio,socket-io sqlite:node-sqlite,nodesqlite,sqlite.js,sqliter twilio:twilio-npm
    typescript:typescriptjs,typescrpt underscore:undescore,underscor uuid:uuidd web3:web3js
    webpack:webpackk,wepback
    """
)
