// The message pattern of a bouncing page in SimGrid S4U: a request of 58 bytes, a response of 4130.
// Usage: simgrid-pingpong ROUND_TRIPS LATENCY_SECONDS BANDWIDTH_BYTES_PER_SECOND
// Build (Debian: libsimgrid-dev): g++ -O2 -o simgrid-pingpong simgrid-pingpong.cpp -lsimgrid
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <simgrid/s4u.hpp>

namespace sg4 = simgrid::s4u;

int main(int argc, char** argv) {
  sg4::Engine engine(&argc, argv);
  const long roundTrips = argc > 1 ? std::atol(argv[1]) : 100000;
  const double latency = argc > 2 ? std::atof(argv[2]) : 25e-6;
  const double bandwidth = argc > 3 ? std::atof(argv[3]) : 1.25e9;

  // The plain model: latency + bytes / bandwidth, no TCP correction factors.
  sg4::Engine::set_config("network/model:CM02");
  sg4::Engine::set_config("network/TCP-gamma:0");
  auto* zone = sg4::create_full_zone("cluster");
  auto* a = zone->create_host("a", 1e9);
  auto* b = zone->create_host("b", 1e9);
  auto* link = zone->create_split_duplex_link("ab", bandwidth)->set_latency(latency);
  link->seal();
  zone->add_route(a->get_netpoint(), b->get_netpoint(), nullptr, nullptr, {{link, sg4::LinkInRoute::Direction::UP}}, false);
  zone->add_route(b->get_netpoint(), a->get_netpoint(), nullptr, nullptr, {{link, sg4::LinkInRoute::Direction::DOWN}}, false);
  zone->seal();

  int word = 0;
  sg4::Actor::create("requester", a, [&] {
    auto* to = sg4::Mailbox::by_name("b");
    auto* from = sg4::Mailbox::by_name("a");
    for (long i = 0; i < roundTrips; i++) {
      to->put(&word, 58);
      from->get<int>();
    }
  });
  sg4::Actor::create("responder", b, [&] {
    auto* to = sg4::Mailbox::by_name("a");
    auto* from = sg4::Mailbox::by_name("b");
    for (long i = 0; i < roundTrips; i++) {
      from->get<int>();
      to->put(&word, 4130);
    }
  });

  const auto start = std::chrono::steady_clock::now();
  engine.run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("simgrid: messages=%ld wall_s=%.3f messages_per_s=%.0f simulated_s=%.6f\n", 2 * roundTrips, seconds,
              2 * roundTrips / seconds, sg4::Engine::get_clock());
  return 0;
}
