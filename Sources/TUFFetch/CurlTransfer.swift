internal import CCurl
internal import TUF

/// One request under way: counts bytes against its limit and hands them to the sink.
final class CurlTransfer {
  private let request: FetchRequest
  private let sink: any ByteSink
  private let isCancelled: Flag
  private let handle: UnsafeMutableRawPointer
  private var received: Int64 = 0
  /// Of pages that come with redirects and errors.
  private var discarded: Int64 = 0
  private var failure: FetchError?

  /// What is read of an error page, so that the connection may serve again.
  private static let errorPageBytes: Int64 = 64 << 10

  init(_ request: FetchRequest, _ sink: any ByteSink, _ isCancelled: Flag, _ handle: UnsafeMutableRawPointer) {
    self.request = request
    self.sink = sink
    self.isCancelled = isCancelled
    self.handle = handle
  }

  /// Returning less than it was given ends the transfer.
  static let write: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = { bytes, size, count, context in
    guard let context else { return 0 }
    let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
  }

  static let progress: @convention(c) (UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> Int32 = { context, _, _, _, _ in
    guard let context else { return 1 }
    return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().isCancelled.isRaised ? 1 : 0
  }

  private var status: Int {
    var status = 0
    return ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard status == 200 else {
      discarded += Int64(bytes.count)
      return discarded <= Self.errorPageBytes
    }
    received += Int64(bytes.count)
    guard received <= request.limit else {
      failure = FetchError(.tooLong, "\(request.url): the server sends more than the \(request.limit) bytes that are accepted here")
      return false
    }
    do throws(FetchError) {
      try sink.take(bytes)
      return true
    } catch {
      failure = error
      return false
    }
  }

  /// - Parameter code: what libcurl ended with.
  func check(_ code: CURLcode) throws(FetchError) {
    if let failure { throw failure }
    if isCancelled.isRaised { throw FetchError(.cancelled, "\(request.url): cancelled") }
    let status = status
    // An error page that did not fit was cut off by us.
    if status >= 300, code == CURLE_OK || code == CURLE_WRITE_ERROR {
      throw FetchError(status == 404 || status == 403 ? .notThere : .status(status), "\(request.url): the server answers \(status)")
    }
    guard code == CURLE_OK else {
      let words = String(cString: curl_easy_strerror(code))
      let slow = code == CURLE_OPERATION_TIMEDOUT
      throw FetchError(slow ? .tooSlow : .unreachable, "\(request.url): \(words)")
    }
    guard status == 200 else { throw FetchError(.status(status), "\(request.url): the server answers \(status), expected 200") }
  }
}
