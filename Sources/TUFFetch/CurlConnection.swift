internal import CCurl
internal import TUF

/// One libcurl handle. Unchecked: `CurlFetcher` uses it on one serial queue.
final class CurlConnection: @unchecked Sendable {
  private let settings: FetchSettings
  private var handle: UnsafeMutableRawPointer?

  /// Once for the process, as libcurl wants it.
  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init(_ settings: FetchSettings) { self.settings = settings }

  deinit { curl_easy_cleanup(handle) }

  func get(_ request: FetchRequest, _ sink: any ByteSink, _ isCancelled: Flag) -> Result<Void, FetchError> {
    do throws(FetchError) {
      return .success(try perform(request, sink, isCancelled))
    } catch {
      return .failure(error)
    }
  }

  private func perform(_ request: FetchRequest, _ sink: any ByteSink, _ isCancelled: Flag) throws(FetchError) {
    guard Self.isReady, let handle = handle ?? curl_easy_init() else { throw FetchError(.unreachable, "libcurl does not start") }
    self.handle = handle
    guard let scheme = Self.scheme(request.url) else {
      throw FetchError(.unreachable, "\(request.url): the address must begin with http:// or https://")
    }
    // Keeps the connection, forgets the options.
    curl_easy_reset(handle)
    let transfer = CurlTransfer(request, sink, isCancelled, handle)
    let pointer = Unmanaged.passUnretained(transfer).toOpaque()
    set(handle, scheme)
    let code = request.url.withCString { url in
      _ = ccurl_set_text(handle, CURLOPT_URL, url)
      _ = ccurl_set_pointer(handle, CURLOPT_WRITEDATA, pointer)
      _ = ccurl_set_write(handle, CurlTransfer.write)
      _ = ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, pointer)
      _ = ccurl_set_progress(handle, CurlTransfer.progress)
      return withExtendedLifetime(transfer) { curl_easy_perform(handle) }
    }
    try transfer.check(code)
  }

  private func set(_ handle: UnsafeMutableRawPointer, _ scheme: String) {
    let seconds = { (time: Duration) in max(1, Int(time.components.seconds)) }
    let numbers: [(CURLoption, Int)] = [
      // Timeouts by signals would disturb the rest of the process.
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_NOPROGRESS, 0),
      // Names from a repository are encoded by us and reach the server as they are.
      (CURLOPT_PATH_AS_IS, 1),
      (CURLOPT_FOLLOWLOCATION, settings.redirects > 0 ? 1 : 0), (CURLOPT_MAXREDIRS, settings.redirects),
      (CURLOPT_CONNECTTIMEOUT_MS, seconds(settings.connectTimeout) * 1_000), (CURLOPT_TIMEOUT_MS, seconds(settings.timeout) * 1_000),
      (CURLOPT_LOW_SPEED_LIMIT, settings.floorBytesPerSecond), (CURLOPT_LOW_SPEED_TIME, seconds(settings.floorWindow)),
      (CURLOPT_BUFFERSIZE, 256 << 10),
    ]
    for (option, value) in numbers { _ = ccurl_set_long(handle, option, value) }
    var texts = [(CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_REDIR_PROTOCOLS_STR, scheme), (CURLOPT_USERAGENT, settings.userAgent)]
    if let authorities = settings.authorities { texts.append((CURLOPT_CAINFO, authorities)) }
    for (option, text) in texts { _ = ccurl_set_text(handle, option, text) }
  }

  private static func scheme(_ url: String) -> String? {
    let lower = url.prefix(8).lowercased()
    return lower == "https://" ? "https" : lower.hasPrefix("http://") ? "http" : nil
  }
}
