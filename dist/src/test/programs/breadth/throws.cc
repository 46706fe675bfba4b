// Exceptions that cross functions, threads and libraries; thread-local objects; call_once; a promise.
#include <condition_variable>
#include <exception>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Guard {
  static thread_local int alive;
  Guard() { alive++; }
  ~Guard() { alive--; }
};
thread_local int Guard::alive = 0;

static int deep(int n) {
  Guard guard;
  if (n == 0) throw std::runtime_error("deep");
  return deep(n - 1) + 1;
}

int main() {
  std::vector<std::future<int>> all;
  for (int i = 0; i < 4; i++)
    all.push_back(std::async(std::launch::async, [i] {
      int caught = 0;
      for (int k = 0; k < 50; k++) {
        try {
          deep(k % 7);
        } catch (const std::exception &e) {
          caught += Guard::alive == 0 && std::string(e.what()) == "deep";
        }
      }
      if (i == 3) throw caught;
      return caught;
    }));
  int sum = 0;
  for (auto &one : all) {
    try {
      sum += one.get();
    } catch (int caught) {
      sum += 1000 + caught;
    }
  }
  std::exception_ptr kept;
  std::thread([&] {
    try {
      std::vector<int>(3).at(5);
    } catch (...) {
      kept = std::current_exception();
    }
  }).join();
  try {
    std::rethrow_exception(kept);
  } catch (const std::out_of_range &) {
    sum += 5;
  }
  std::once_flag once;
  std::mutex m;
  std::condition_variable cv;
  int turns = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++)
    threads.emplace_back([&, i] {
      std::call_once(once, [&] { sum += 7; });
      std::unique_lock<std::mutex> lock(m);
      cv.wait(lock, [&] { return turns == i; });
      turns++;
      cv.notify_all();
    });
  for (auto &t : threads) t.join();
  std::unique_lock<std::mutex> lock(m);
  bool late = cv.wait_for(lock, std::chrono::milliseconds(20)) == std::cv_status::timeout;
  std::cout << sum << " " << turns << " " << late << std::endl;
  return 0;
}
