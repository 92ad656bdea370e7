"""The encoder: a 13-layer residual network from a squashed poster to one embedding.

Sized for training on two CPU cores: plain 3x3 convolutions are what they do fastest, and most
of the parameters sit where the picture is already small.
"""

import torch
import torch.nn.functional as F
from torch import nn

HEIGHT, WIDTH, DIMENSION = 160, 112, 256
WIDTHS, DEPTHS = (24, 48, 128, 320), (1, 1, 2, 1)


class Encoder(nn.Module):
    """RGB in [0, 1], [batch, 3, h, w] → unit embeddings [batch, 256]. Any h, w; trained up to 160 x 112."""

    def __init__(self, widths=WIDTHS, depths=DEPTHS, dimension=DIMENSION):
        super().__init__()
        self.stem = nn.Conv2d(3, widths[0], 7, stride=4, padding=3, bias=False)
        self.stem_norm = nn.BatchNorm2d(widths[0])
        blocks, before = [], widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            for n in range(depth):
                blocks.append(Block(before, width, 2 if stage > 0 and n == 0 else 1))
                before = width
        self.blocks = nn.Sequential(*blocks)
        self.power = nn.Parameter(torch.tensor(3.0))
        self.project = nn.Linear(before, dimension)
        self.project_norm = nn.BatchNorm1d(dimension)

    def forward(self, pixels):
        x = even_light(pixels)  # [batch, 3, h, w]
        x = F.relu(self.stem_norm(self.stem(x)))  # [batch, 24, h/4, w/4]
        x = self.blocks(x)  # [batch, 320, h/32, w/32]
        x = general_mean(x, self.power)  # [batch, 320]
        return F.normalize(self.project_norm(self.project(x)), dim=1)  # [batch, 256]


class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.short = nn.Identity()
        if stride > 1 or before != width:
            pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()
            self.short = nn.Sequential(pool, nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.short(x))


def even_light(pixels):
    """Brightness and contrast of the whole image taken out; its colour cast stays, covers differ in it."""
    centred = pixels - pixels.mean((1, 2, 3), keepdim=True)
    spread = centred.square().mean((1, 2, 3), keepdim=True)
    return centred / torch.sqrt(spread + 1e-4)


def general_mean(x, power):
    """GeM pooling (Radenović et al. 2018): between mean and max; a poster inside a screenshot needs the latter."""
    return x.clamp(min=1e-4).pow(power).mean((2, 3)).pow(1 / power)
