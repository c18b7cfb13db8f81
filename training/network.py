"""
The Transformer in PyTorch, of a kind that CTranslate2 runs.

Normalised before each part and once more at the end, ReLU, positions as sines, and one
table of embeddings for source, target and output. ``convert.py`` knows the names of
the weights.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.pieces import PAD
from training.positions import sines
from training.weights import Shape

LONGEST = 512
"""Pieces; sentences of the corpus have half as many at most."""


class Attention(nn.Module):
    """Each place of one text looks at those of another, or of its own."""

    def __init__(self, shape: Shape, to_self: bool) -> None:
        """``to_self`` decides how the weights lie: all three in one, or two."""
        super().__init__()
        width = shape.width
        self.heads, self.to_self = shape.heads, to_self
        self.norm = nn.LayerNorm(width)
        if to_self:
            self.query_key_value = nn.Linear(width, 3 * width)
        else:
            self.query = nn.Linear(width, width)
            self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, other: Tensor | None, mask: Tensor | None, causal: bool
    ) -> Tensor:
        """``x`` and ``other`` are (sentences, places, width); ``mask`` is true where
        there is something to see."""
        found = self.norm(x)
        if other is None:
            query, key, value = self.query_key_value(found).chunk(3, dim=-1)
        else:
            query = self.query(found)
            key, value = self.key_value(other).chunk(2, dim=-1)
        seen = F.scaled_dot_product_attention(
            self._split(query),
            self._split(key),
            self._split(value),
            attn_mask=mask,
            is_causal=causal,
        )
        return self.out(seen.transpose(1, 2).reshape(x.shape))

    def _split(self, x: Tensor) -> Tensor:
        sentences, places, width = x.shape
        return x.view(sentences, places, self.heads, width // self.heads).transpose(
            1, 2
        )


class FeedForward(nn.Module):
    """What each place makes of what it has seen."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        """As wide inside as the shape says."""
        super().__init__()
        self.norm = nn.LayerNorm(shape.width)
        self.inner = nn.Linear(shape.width, shape.feed_forward)
        self.out = nn.Linear(shape.feed_forward, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return self.out(self.dropout(F.relu(self.inner(self.norm(x)))))


class Layer(nn.Module):
    """One layer of the encoder, or with ``looks_across`` of the decoder."""

    def __init__(self, shape: Shape, dropout: float, looks_across: bool) -> None:
        """A decoder's layer looks at the encoder's places besides."""
        super().__init__()
        self.self_attention = Attention(shape, to_self=True)
        self.attention = Attention(shape, to_self=False) if looks_across else None
        self.ffn = FeedForward(shape, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, mask: Tensor | None, memory: Tensor | None = None
    ) -> Tensor:
        """``mask`` is that of the source, whichever side this is."""
        if self.attention is None or memory is None:
            x = x + self.dropout(self.self_attention(x, None, mask, False))
        else:
            # What is filled up lies behind the end, where causal places look not.
            x = x + self.dropout(self.self_attention(x, None, None, True))
            x = x + self.dropout(self.attention(x, memory, mask, False))
        return x + self.dropout(self.ffn(x))


class Network(nn.Module):
    """Pieces of a sentence and of the translation's beginning to what comes next."""

    positions: Tensor

    def __init__(self, shape: Shape, pieces: int, dropout: float = 0.1) -> None:
        """``pieces`` is the size of the vocabulary."""
        super().__init__()
        self.width = shape.width
        self.embeddings = nn.Embedding(pieces, shape.width)
        self.encoder = nn.ModuleList(
            Layer(shape, dropout, False) for _ in range(shape.encoder_layers)
        )
        self.decoder = nn.ModuleList(
            Layer(shape, dropout, True) for _ in range(shape.decoder_layers)
        )
        self.encoder_norm = nn.LayerNorm(shape.width)
        self.decoder_norm = nn.LayerNorm(shape.width)
        self.bias = nn.Parameter(torch.zeros(pieces))
        self.dropout = nn.Dropout(dropout)
        table = torch.from_numpy(sines(LONGEST, shape.width))
        self.register_buffer("positions", table, persistent=False)
        self._begin()

    def _begin(self) -> None:
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                nn.init.xavier_uniform_(weight)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
        nn.init.normal_(self.embeddings.weight, std=self.width**-0.5)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """The source's places, and where there are any: (sentences, 1, 1, places)."""
        mask = (source != PAD)[:, None, None, :]
        x = self._embedded(source)
        for layer in self.encoder:
            x = layer(x, mask)
        return self.encoder_norm(x), mask

    def decode(self, target: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """What comes next after each place: (sentences, places, width)."""
        x = self._embedded(target)
        for layer in self.decoder:
            x = layer(x, mask, memory)
        return self.decoder_norm(x)

    def scores(self, x: Tensor) -> Tensor:
        """Of every piece of the vocabulary."""
        return F.linear(x, self.embeddings.weight, self.bias)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """The scores of each piece at each place of the target."""
        memory, mask = self.encode(source)
        return self.scores(self.decode(target, memory, mask))

    def _embedded(self, ids: Tensor) -> Tensor:
        x = self.embeddings(ids) * math.sqrt(self.width)
        return self.dropout(x + self.positions[: ids.shape[1]])
