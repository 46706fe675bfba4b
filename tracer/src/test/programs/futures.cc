// Exceptions that cross threads.
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

int main() {
  std::vector<std::future<std::string>> all;
  for (int i = 0; i < 4; i++)
    all.push_back(std::async(std::launch::async, [i] {
      if (i % 2) throw std::runtime_error("odd " + std::to_string(i));
      return "even " + std::to_string(i);
    }));
  for (auto &f : all) try {
      std::cout << f.get() << "\n";
    } catch (const std::exception &e) {
      std::cout << "caught " << e.what() << "\n";
    }
  return 4;
}
