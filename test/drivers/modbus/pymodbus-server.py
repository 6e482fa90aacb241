#!/usr/bin/python3
"""Serves registers with Debian's pymodbus, for the tests of the Modbus driver.

    pymodbus-server.py tcp PORT UNITS.json
    pymodbus-server.py rtu DEVICE UNITS.json

UNITS.json is {"1": {"0": 0, "1": 8194, ...}, ...}: holding registers by unit and wire address.
"""
import json
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartSerialServer, StartTcpServer
from pymodbus.transaction import ModbusRtuFramer

kind, place, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    units = {
        int(unit): ModbusSlaveContext(
            hr=ModbusSparseDataBlock({int(address): word for address, word in registers.items()}), zero_mode=True
        )
        for unit, registers in json.load(file).items()
    }
context = ModbusServerContext(slaves=units, single=False)
if kind == "tcp":
    StartTcpServer(context=context, address=("127.0.0.1", int(place)))
else:
    StartSerialServer(
        context=context, framer=ModbusRtuFramer, port=place, baudrate=9600, bytesize=8, parity="N", stopbits=1, timeout=0.005
    )
