/// A kind of object in its canonical JSON: its keys in order, those of nil left out.
package protocol CanonicalObject: Codable, Sendable {
  func write(to out: inout CanonicalWriter)
}

extension BrokerConfiguration.Site: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"name":"#, name)
    out.member(#","uuid":"#, uuid)
    out.raw("}")
  }
}

extension BrokerConfiguration.Zone: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"description":"#, description)
    out.member(#","isPrimary":"#, isPrimary)
    out.member(#","name":"#, name)
    out.member(#","resourceLocation":"#, ifAny: resourceLocation)
    out.member(#","uuid":"#, uuid)
    out.raw("}")
  }
}

extension BrokerConfiguration.EdgeServer: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"fqdn":"#, fqdn)
    out.member(#","peerAddress":"#, ifAny: peerAddress)
    out.member(#","uuid":"#, uuid)
    out.raw("}")
  }
}

extension BrokerConfiguration.HypervisorConnection: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"address":"#, address)
    out.member(#","inMaintenance":"#, inMaintenance)
    out.member(#","kind":"#, kind.rawValue)
    out.member(#","name":"#, name)
    out.member(#","zone":"#, zone)
    out.raw("}")
  }
}

extension BrokerConfiguration.MachineCatalog: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"allocation":"#, allocation.rawValue)
    out.member(#","hypervisorConnection":"#, ifAny: hypervisorConnection)
    out.member(#","name":"#, name)
    out.member(#","provisioning":"#, provisioning.rawValue)
    out.member(#","sessionSupport":"#, sessionSupport.rawValue)
    out.member(#","zone":"#, zone)
    out.raw("}")
  }
}

extension BrokerConfiguration.DeliveryGroup: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"delivers":"#, delivers.rawValue)
    out.member(#","enabled":"#, enabled)
    out.member(#","inMaintenance":"#, inMaintenance)
    out.member(#","name":"#, name)
    out.member(#","reuseMachinesWithoutShutdownInOutage":"#, reuseMachinesWithoutShutdownInOutage)
    out.member(#","sessionSupport":"#, sessionSupport.rawValue)
    out.raw("}")
  }
}

extension BrokerConfiguration.Application: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"arguments":"#, arguments)
    out.member(#","commandLine":"#, commandLine)
    out.member(#","deliveryGroups":"#, deliveryGroups)
    out.member(#","enabled":"#, enabled)
    out.member(#","folder":"#, folder)
    out.member(#","name":"#, name)
    out.raw("}")
  }
}

extension BrokerConfiguration.Entitlement: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.raw("{")
    if let application {
      out.member(#""application":"#, application)
      out.raw(",")
    }
    out.member(#""deliveryGroup":"#, deliveryGroup)
    out.member(#","enabled":"#, enabled)
    out.member(#","excludes":"#, excludes)
    out.member(#","includes":"#, includes)
    out.member(#","name":"#, name)
    out.raw("}")
  }
}

extension BrokerConfiguration.Machine: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"assignedUsers":"#, assignedUsers)
    out.member(#","catalog":"#, catalog)
    out.member(#","deliveryGroup":"#, ifAny: deliveryGroup)
    out.member(#","dnsName":"#, dnsName)
    out.member(#","hostedMachineID":"#, ifAny: hostedMachineID)
    out.member(#","inMaintenance":"#, inMaintenance)
    out.member(#","name":"#, name)
    out.member(#","sid":"#, sid)
    out.raw("}")
  }
}

extension BrokerConfiguration.User: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"domain":"#, domain)
    out.member(#","name":"#, name)
    out.member(#","sid":"#, sid)
    out.raw("}")
  }
}

extension BrokerConfiguration.Group: CanonicalObject {
  package func write(to out: inout CanonicalWriter) {
    out.member(#"{"domain":"#, domain)
    out.member(#","name":"#, name)
    out.member(#","sid":"#, sid)
    out.raw("}")
  }
}
