// Three message patterns on one switch in ns-3, with the framing of our profiles: a message is cut into
// segments of 1448 bytes, each with 90 bytes of headers, preamble and gap on the wire.
// Usage: ns3-network uncontended|contended|bulk MESSAGES NODES LINK_LATENCY_NS SWITCH_LATENCY_NS BITS_PER_SECOND
//   uncontended  node 1 asks node 0 (58 bytes), node 0 answers (4130 bytes), MESSAGES/2 times
//   contended    nodes 1..NODES-1 each send MESSAGES messages of 4130 bytes to node 0 at once
//   bulk         node 1 sends MESSAGES messages of 4130 bytes to node 0 at once
// Prints the simulated nanoseconds until the last message has arrived.
// Build (Debian: libns3-dev): g++ -O2 -o ns3-network ns3-network.cc $(pkg-config --cflags ns3-core) -lns3-core -lns3-network -lns3-internet -lns3-point-to-point
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

namespace {
constexpr int kSegment = 1448, kHeaders = 90;
constexpr int kUnderUdp = 2 + 20 + 8;  // PPP, IPv4 and UDP headers that ns-3 adds itself
constexpr uint16_t kPort = 9;

// A node's end: sends messages as segments, calls back when a whole message from a peer is there.
struct End {
  Ptr<Socket> socket;
  Ipv4Address address;
  std::vector<std::pair<Ipv4Address, int>> pending;  // bytes of segments received by peer
  std::function<void(Ipv4Address)> segment;

  void Send(const End& to, int bytes) {
    for (int left = bytes; left > 0; left -= kSegment) {
      int payload = std::min(left, kSegment);
      socket->SendTo(Create<Packet>(payload + kHeaders - kUnderUdp), 0, InetSocketAddress(to.address, kPort));
    }
  }
};

int Segments(int bytes) { return (bytes + kSegment - 1) / kSegment; }
}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: ns3-network uncontended|contended|bulk MESSAGES NODES LINK_NS SWITCH_NS BITS_PER_SECOND\n");
    return 2;
  }
  const std::string pattern = argv[1];
  const long messages = std::atol(argv[2]);
  const int nodes = std::atoi(argv[3]);
  const long linkNs = std::atol(argv[4]), switchNs = std::atol(argv[5]);
  const uint64_t rate = std::strtoull(argv[6], nullptr, 10);

  NodeContainer all;
  all.Create(nodes + 1);
  Ptr<Node> hub = all.Get(nodes);
  InternetStackHelper().Install(all);
  Ipv4AddressHelper addresses;
  std::vector<End> ends(nodes);
  for (int i = 0; i < nodes; i++) {
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", DataRateValue(DataRate(rate)));
    // A full segment with all of what a real wire adds must not be cut into fragments.
    link.SetDeviceAttribute("Mtu", UintegerValue(9000));
    // The latency of the switch is put on half of each path's two links.
    link.SetChannelAttribute("Delay", TimeValue(NanoSeconds(linkNs) + NanoSeconds(switchNs) / 2));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("100000000p"));
    NetDeviceContainer devices = link.Install(all.Get(i), hub);
    char base[32];
    std::snprintf(base, sizeof base, "10.%d.%d.0", 1 + i / 250, i % 250);
    addresses.SetBase(base, "255.255.255.0");
    ends[i].address = addresses.Assign(devices).GetAddress(0);
  }
  Ipv4GlobalRoutingHelper::PopulateRoutingTables();

  long arrived = 0;
  Time last;
  for (End& end : ends) {
    end.socket = Socket::CreateSocket(all.Get(static_cast<uint32_t>(&end - ends.data())), UdpSocketFactory::GetTypeId());
    end.socket->SetAttribute("RcvBufSize", UintegerValue(1u << 31));
    end.socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), kPort));
    end.socket->SetRecvCallback([&](Ptr<Socket> socket) {
      Address from;
      while (socket->RecvFrom(from)) {
        arrived++;
        last = Simulator::Now();
        if (end.segment) end.segment(InetSocketAddress::ConvertFrom(from).GetIpv4());
      }
    });
  }

  long expected = 0;
  if (pattern == "uncontended") {
    expected = messages / 2 * (1 + Segments(4130));
    static int seen = 0;
    static long rounds = 0;
    ends[0].segment = [&](Ipv4Address) { ends[0].Send(ends[1], 4130); };
    ends[1].segment = [&](Ipv4Address) {
      if (++seen == Segments(4130)) {
        seen = 0;
        if (++rounds < messages / 2) ends[1].Send(ends[0], 58);
      }
    };
    Simulator::ScheduleNow([&] { ends[1].Send(ends[0], 58); });
  } else {
    int senders = pattern == "bulk" ? 1 : nodes - 1;
    expected = messages * senders * Segments(4130);
    // Round robin over the senders, as their cables deliver.
    for (int sender = 1; sender <= senders; sender++)
      Simulator::ScheduleNow([&, sender] {
        for (long m = 0; m < messages; m++) ends[sender].Send(ends[0], 4130);
      });
  }
  Simulator::Run();
  if (arrived != expected) {
    std::fprintf(stderr, "ns3-network: segments=%ld, expected %ld\n", arrived, expected);
    return 1;
  }
  std::printf("%lld\n", static_cast<long long>(last.GetNanoSeconds()));
  Simulator::Destroy();
  return 0;
}
