//===- Spatial.h - the geometry of convolutions and windows ---------------===//
//
// One and two spatial dimensions alike (one is a height of 1). Padding is never materialised: an output position knows
// which part of the filter lies inside.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_SPATIAL_H
#define MARGAY_CODEGEN_KERNELS_SPATIAL_H

#include "codegen/kernels/Tile.h"

namespace margay::codegen {

/// One spatial dimension; constant sizes.
struct Axis {
  int64_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, pad = 0;

  /// Output positions [interiorBegin, interiorEnd) see the whole filter inside the input.
  int64_t interiorBegin() const;
  int64_t interiorEnd() const;
};

struct Geometry {
  Axis height, width;
  int64_t channels = 0; ///< Of the input.
};

/// The part [begin, end) of the filter that lies inside the input for the output position `position`.
std::pair<mlir::Value, mlir::Value> insideRange(Emit &e, const Axis &axis, mlir::Value position);

/// The geometry of an nn.conv or nn.window.
Geometry geometryOf(mlir::Operation *op);

/// An output row of an image: which image it is in, where it is, and the input row (of all images' rows; virtual where
/// it lies in the padding) under the first row of the filter.
struct ImageRow {
  mlir::Value image, row, inputRow;
};
ImageRow imageRow(Emit &e, const Geometry &geometry, mlir::Value unit);

/// Where a row of all images' rows lies in the input: in its place, or in the ring that the plan says is all that there
/// is of the input (codegen/plans/Bands.h).
mlir::Value storedRow(KernelBuilder &k, mlir::Value row);

/// Whether rows of a window are short enough to be written out; longer ones are loops over one pixel's columns.
inline bool canSlide(const Axis &width) { return width.kernel <= 16; }

/// One row of a window at `pixels` neighbouring output pixels. Each input column that some of them sees, counted from
/// the first one's first, is read once: `use(read(column), pixel, column of the window)` for all that see it. For each
/// pixel the columns of the window come in their order. A column whose `read` gives null is passed over.
void slide(const Axis &width, int64_t pixels, llvm::function_ref<mlir::Value(int64_t column)> read,
           llvm::function_ref<void(mlir::Value value, int64_t pixel, int64_t windowColumn)> use);

/// An input row under some neighbouring output rows, counted from the first one's first.
struct InputRow {
  int64_t offset;
  llvm::SmallVector<std::pair<int64_t, int64_t>> uses; ///< Output rows, and which row of the window it is to them.
  bool isInside;                                       ///< Whether it is inside of every image, wherever the rows are.
};

/// The input rows that `rows` output rows see, from above.
llvm::SmallVector<InputRow> inputRowsUnder(const Axis &height, int64_t rows);

/// What `body` makes of `values` if an input row is inside of its image, else `values`. `row` is the first output row.
llvm::SmallVector<mlir::Value> whereInside(Emit &e, const Axis &height, mlir::Value row, const InputRow &inputRow,
                                           mlir::ValueRange values,
                                           llvm::function_ref<llvm::SmallVector<mlir::Value>()> body);

/// Covers the output pixels [from, to) of a row: those that see padding one by one, the others in tiles of `tile` and
/// what is left. `body(first column, pixels, whether they see the whole filter)`.
void forPixels(KernelBuilder &k, const Axis &width, int64_t tile, mlir::Value from, mlir::Value to,
               llvm::function_ref<void(mlir::Value column, int64_t pixels, bool whole)> body);

/// Some neighbouring output pixels of a row.
struct PixelTile {
  /// What is known of where they see padding.
  enum Sight {
    Whole,  ///< Nowhere.
    Border, ///< Everything: the column is a constant.
    Single, ///< Nothing; it is one pixel.
    Alike,  ///< All of them see the same columns of the filter, which are some in a row.
  };
  mlir::Value column; ///< Of the first one.
  int64_t count;
  Sight sight;

  /// At the border: those of them that see this column of the filter inside the input.
  TileRows seeing(const Axis &width, int64_t filterColumn) const;

  /// Whether an input column, counted from the first pixel's first, may be read.
  bool sees(const Axis &width, int64_t column) const;
};

/// Whether the tiles at the border are few enough for each column of the filter of each to be code of its own; else
/// pixels that see padding are tiles of one. `knowsAlike`: where there are more, those whose pixels see alike do not
/// count.
bool hasExactBorders(const Axis &width, int64_t most, bool knowsAlike = false);

/// Some of an output row's tiles, [begin, end).
struct PixelTileRange {
  mlir::Value begin, end;
};

/// Covers a row of output pixels with tiles of nearly equal size, at most `most`: evenSplit's, of which a range may be
/// all that is wanted. Tiles that see alike are there for those alone who know them.
void forPixelTiles(KernelBuilder &k, const Axis &width, int64_t most, llvm::function_ref<void(const PixelTile &)> body,
                   bool knowsAlike = false, std::optional<PixelTileRange> range = std::nullopt);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_SPATIAL_H
