#!/usr/bin/env python3
# ===- modules.py - networks as modules of PyTorch ---------------------------=== #
#
# usage: modules.py NETWORK FILE      writes the module with torch.save
#
# The same random weights every time, with statistics that keep values in range: what zoo.py exports, and what compare.py
# runs beside it.
#
# ===-------------------------------------------------------------------------=== #

import sys

import torch
from torch import nn

import more_networks
import networks

EVERY = networks.NETWORKS + more_networks.MORE_NETWORKS


def find(name):
    return next(network for network in EVERY if network.name == name)


def batched(entry, batch):
    axis = entry.batch_axis
    entry.shape = (*entry.shape[:axis], batch, *entry.shape[axis + 1 :])
    return entry.sample()


def calibrate(module, samples):
    """Statistics of what flows, so that values neither vanish nor explode, and not those of one input alone."""
    for parameter in module.parameters():  # Some heads begin with zeros.
        if parameter.dim() > 1 and not parameter.any():
            nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)
    norms = [layer for layer in module.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    for layer in norms:
        layer.momentum = None
        layer.reset_running_stats()
        nn.init.uniform_(layer.weight, 0.7, 1.3)
        nn.init.uniform_(layer.bias, -0.3, 0.3)
        layer.train()
    with torch.no_grad():
        if norms:
            module(*samples)
    for layer in norms:
        layer.running_mean += torch.randn_like(layer.running_mean) * layer.running_var.sqrt() * 0.1
        layer.running_var *= torch.empty_like(layer.running_var).uniform_(0.8, 1.25)
        layer.eval()


def make(network):
    torch.manual_seed(1)
    module = network.make().eval()
    calibrate(module, [batched(entry, 4) for entry in network.inputs])
    return module


if __name__ == "__main__":
    torch.save(make(find(sys.argv[1])), sys.argv[2])
