"""`ask.py METHOD URL [JSON [HOST]]`: one request; prints the body, exit 1 on an error status or no answer."""

import sys
import urllib.error
import urllib.request

method, url, body, host = (*sys.argv[1:5], "", "")[:4]
request = urllib.request.Request(
    url,
    method=method,
    data=body.encode() or None,
    headers={"Content-Type": "application/json"} | ({"Host": host} if host else {}),
)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(request, timeout=30) as answer:
        print(answer.read().decode())
except urllib.error.HTTPError as error:
    sys.exit(f"{method} {url}: {error.code} {error.read().decode(errors='replace')}")
except OSError as error:
    sys.exit(f"{method} {url}: {error}")
