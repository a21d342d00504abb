import Rollouts
import Simulation
import World

/// What goes wrong, and its end.
extension FleetRun {
  mutating func begin(_ number: Int) {
    let fault = scenario.faults[number]
    trace.add(engine.now, "world", "fault", Self.name(fault), UInt64(number), detail: "\(fault.kind)")
    engine.schedule(.faultEnds(Int32(number)), after: fault.lasts)
    switch fault.target {
    case .cloud: beginCloud(fault)
    case .machine(let index):
      guard machines.indices.contains(index) else { return }
      beginMachine(index, fault)
      tellFacts(index)
      look(index)
    case .link(let index):
      guard machines.indices.contains(index) else { return }
      wake(index)
      machines[index].linkFaults.append(fault.kind)
      noteReach(index)
    case .peer(let one, let other): beginPeer(one, other, fault.kind, ends: nil)
    }
  }

  mutating func end(_ number: Int) {
    let fault = scenario.faults[number]
    trace.add(engine.now, "world", "healed", Self.name(fault), UInt64(number))
    switch fault.target {
    case .cloud: endCloud(fault)
    case .machine(let index):
      guard machines.indices.contains(index) else { return }
      endMachine(index, fault)
      tellFacts(index)
      look(index)
    case .link(let index):
      guard machines.indices.contains(index), let known = machines[index].linkFaults.firstIndex(of: fault.kind) else { return }
      machines[index].linkFaults.remove(at: known)
      noteReach(index)
    case .peer(let one, let other): beginPeer(one, other, nil, ends: fault.kind)
    }
  }

  static func name(_ fault: Fault) -> String {
    switch fault.target {
    case .cloud: "cloud"
    case .machine(let index): "c\(index + 1)"
    case .link(let index): "link of c\(index + 1)"
    case .peer(let one, let other): "c\(one + 1) and c\(other + 1)"
    }
  }

  private mutating func beginMachine(_ index: Int, _ fault: Fault) {
    switch fault.kind {
    case .powerCut: powerCut(index, back: nil)
    case .powerCutAtWrite(let nth): machines[index].folder.cutAtWrite = max(1, nth)
    case .tornWrite(let nth):
      machines[index].folder.cutAtWrite = max(1, nth)
      machines[index].folder.tears = true
    case .crash: crash(index, "killed")
    case .hang: hang(index, for: fault.lasts)
    case .slowMachine: machines[index].isSlow = true
    case .diskFull: machines[index].folder.disk.isFull = true
    case .diskSlow: machines[index].folder.disk.isSlow = true
    case .corruptRecord: machines[index].folder.corruptRecord()
    case .corruptRelease: corruptRelease(index)
    case .clockStep(let by): machines[index].clock.step(by, at: engine.now)
    case .wrongTimeZone(let hours): machines[index].clock.step(.seconds(Int64(hours) * 3_600), at: engine.now)
    case .clockDrift(let drift): machines[index].clock.set(drift: drift, at: engine.now)
    case .pendingRestart, .staleRestart:
      machines[index].isPendingRestart = true
      if fault.kind == .staleRestart { machines[index].isRestartStale = true }
      tellCloud(index)
    case .storeFrontSilent: silenceStoreFront(index, true)
    case .outageForced: forceOutage(index, true)
    default: break
    }
  }

  /// A file of a release that does not run now, or of the snapshot.
  private mutating func corruptRelease(_ index: Int) {
    if machines[index].draws.chance(500_000) {
      machines[index].folder.snapshotIsBad = !machines[index].folder.snapshots.isEmpty
      return
    }
    let idle = machines[index].folder.installed.filter { $0 != machines[index].folder.links.active && $0 != machines[index].folder.links.lastGood }
    if let slot = idle.last { machines[index].folder.damaged.insert(slot) }
  }

  private mutating func endMachine(_ index: Int, _ fault: Fault) {
    switch fault.kind {
    case .powerCut: powerOn(index)
    case .powerCutAtWrite, .tornWrite:
      if machines[index].folder.cutAtWrite != nil { powerCut(index, back: .seconds(120)) }
    case .slowMachine: machines[index].isSlow = false
    case .diskFull:
      machines[index].folder.disk.isFull = false
      if scenario.isElecting { wakeSync(index) }
    case .diskSlow: machines[index].folder.disk.isSlow = false
    case .clockStep(let by): machines[index].clock.step(.zero - by, at: engine.now)
    case .wrongTimeZone(let hours): machines[index].clock.step(.seconds(Int64(-hours) * 3_600), at: engine.now)
    case .clockDrift: machines[index].clock.set(drift: 0, at: engine.now)
    case .storeFrontSilent: silenceStoreFront(index, false)
    case .outageForced: forceOutage(index, false)
    case .pendingRestart, .staleRestart:
      machines[index].isRestartStale = false
      guard machines[index].isPendingRestart else { return }
      machines[index].isPendingRestart = false
      tellCloud(index)
    default: break
    }
  }

  private mutating func beginCloud(_ fault: Fault) {
    switch fault.kind {
    case .outage: cloudDown()
    case .crashBeforeSending: cloud.crashesAtNextSending = true
    case .clockStep(let by): stepCloud(by)
    case .slowCloud(let by):
      for index in machines.indices { wake(index) }
      cloud.extraLatency += by
      for index in electors.indices { noteCloudReach(index) }
    case .throttling(let pause):
      for index in machines.indices { wake(index) }
      cloud.throttle = pause
    case .metadataFrozen: cloud.frozenSince = cloud.frozenSince ?? engine.now
    default: break
    }
  }

  private mutating func endCloud(_ fault: Fault) {
    switch fault.kind {
    case .outage, .crashBeforeSending:
      cloud.crashesAtNextSending = false
      cloudBack()
    case .slowCloud(let by):
      cloud.extraLatency -= by
      for index in electors.indices { noteCloudReach(index) }
    case .throttling: cloud.throttle = nil
    case .metadataFrozen: cloud.frozenSince = nil
    case .clockStep(let by): stepCloud(.zero - by)
    default: break
    }
  }

  private mutating func stepCloud(_ by: Duration) {
    let before = cloud.clock.read(engine.now)
    cloud.clock.step(by, at: engine.now)
    // What its clock leaps over cannot be kept in time either.
    if by > .zero { cloud.outages.append((before, cloud.clock.read(engine.now))) }
    engine.cancel(cloud.due)
    cloud.dueAt = nil
    guard cloud.isUp else { return }
    if by > .zero { tell(.clockAhead(by: by)) }
    armDue()
  }
}
