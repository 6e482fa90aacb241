#!/bin/sh
# upsteward with the Node that it brings along. Certificate authorities of the system count as well; a signal that would
# open a debugger to other users of this machine is refused.
exec /usr/lib/upsteward/bin/node --use-system-ca --disable-sigusr1 /usr/lib/upsteward/dist/agent/main.js "$@"
