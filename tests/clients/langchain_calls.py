"""A LangChain agent with a tool, a streamed call, a chain with a retriever, and a call that fails. LangChain traces itself when LANGSMITH_TRACING is set."""

from langchain.agents import create_agent
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import tool
from langchain_core.tracers.langchain import wait_for_all_tracers
from langchain_openai import ChatOpenAI

MODEL = "gpt-4o-mini"


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return "sunny"


class Atlas(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        return [Document(page_content="Paris is in France.", metadata={"source": "atlas"})]


def main():
    model = ChatOpenAI(model=MODEL, max_retries=0, temperature=0.5, stream_usage=True)
    config = {"configurable": {"thread_id": "thread-9"}, "metadata": {"thread_id": "thread-9", "user_id": "alan"}, "tags": ["trip"]}
    agent = create_agent(model, tools=[get_weather], system_prompt="Be brief.", name="weather_agent")
    agent.invoke({"messages": [{"role": "user", "content": "Weather in Paris?"}]}, config)
    for _ in model.stream("Count to three.", config):
        pass
    prompt = ChatPromptTemplate.from_messages([("system", "Use: {context}"), ("human", "{question}")])
    documents = Atlas().invoke("Where is Paris?", config)
    (prompt | model).invoke({"context": documents[0].page_content, "question": "Where is Paris?"}, config)
    try:
        ChatOpenAI(model="gpt-4o-err429", max_retries=0).invoke("Fail, please.", config)
    except Exception:  # openai.RateLimitError: what matters is what is traced of it
        pass
    wait_for_all_tracers()


if __name__ == "__main__":
    main()
