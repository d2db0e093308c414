printf '%s\n' 'FROM serverless-vote/greet-bash:sample' 'ENTRYPOINT ["bash", "-c", "[[ $(cat) =~ :.([A-Za-z]+) ]]; name=${BASH_REMATCH[1]}; echo {\\\"shout\\\":\\\"${name^^}\\\"}"]' |
  docker build --quiet --tag serverless-vote/shout:sample -
