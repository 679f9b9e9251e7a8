#!/bin/sh
# A package installed while an image is built starts no service.
exit 101
