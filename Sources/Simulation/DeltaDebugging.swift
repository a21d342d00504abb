/// Removes from a list what is not needed for something to happen: delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing
/// Input", 2002), by complements. Halves are tried first, then smaller and smaller pieces.
package enum DeltaDebugging {
  /// - Parameter happens: asked of what would be left. Not asked of the list itself, of which it is taken to hold.
  /// - Returns: a part of the list, in its order, of which it holds. Of the part that is returned no single element can be left out, unless `happens` refused
  ///   to look any further.
  package static func minimal<Element>(_ list: [Element], _ happens: ([Element]) -> Bool) -> [Element] {
    if list.isEmpty { return list }
    if happens([]) { return [] }
    var left = list
    var size = (left.count + 1) / 2
    while true {
      var at = 0
      var isSmaller = false
      while at < left.count {
        let without = Array(left[..<at]) + left[min(at + size, left.count)...]
        // Nothing at all was asked for already.
        if !without.isEmpty, happens(without) {
          left = without
          isSmaller = true
        } else {
          at += size
        }
      }
      if size == 1, !isSmaller { break }
      size = max(1, min(size / 2, (left.count + 1) / 2))
    }
    return left
  }

  /// The smallest number in `low...high` of which it holds, as far as halving finds it: where it holds of one and not of a higher one, the one that is found
  /// has no neighbour below it of which it holds among those that were asked.
  ///
  /// - Parameter happens: taken to hold of `high`.
  package static func least(_ low: Int, _ high: Int, _ happens: (Int) -> Bool) -> Int {
    var (low, high) = (min(low, high), high)
    while low < high {
      let middle = low + (high - low) / 2
      if happens(middle) { high = middle } else { low = middle + 1 }
    }
    return high
  }
}
